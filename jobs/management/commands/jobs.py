"""`manage.py jobs`: list jobs, show one, and act on them, as the pages do."""

from jobs.actions.offered import ACTIONS
from jobs.terminal.acting import subcommand_of
from jobs.terminal.errors import ERRORS
from jobs.terminal.hashing import HASH
from jobs.terminal.listing import EXAMPLES, LIST
from jobs.terminal.showing import SHOW
from jobsite.management.subcommands import CommandOfMany


class Command(CommandOfMany):
    """The terminal's side of the list of jobs."""

    help = "List jobs or their problems, show one, and clear, retry, ignore or release them."
    examples = EXAMPLES
    usual = "list"
    subcommands = {
        "list": LIST,
        "errors": ERRORS,
        "show": SHOW,
        **{one.name: subcommand_of(one) for one in ACTIONS},
        "hash": HASH,
    }
