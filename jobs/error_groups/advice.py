"""What helps against a group of failed jobs? By stated rules; where none holds, nothing is said.

The first rule that holds counts: what is known of these very jobs comes before what their exception tells.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.error_groups.groups import Advice, ErrorGroup, Help
from jobs.error_groups.sharing.claims import Claim, Share
from jobs.listing.failures.kinds import Kind

OF_A_MACHINE = frozenset({"OSError", "FileNotFoundError", "NotADirectoryError", "PermissionError"})
"""Exceptions that tell of the disks of a machine (Python, "OS exceptions")."""
OF_CODE = frozenset(
    (
        *("AttributeError", "ImportError", "IndentationError", "ModuleNotFoundError", "NameError"),
        *("NotImplementedError", "RecursionError", "SyntaxError", "TabError", "TypeError", "UnboundLocalError"),
    )
)
"""Exceptions that tell of the code, whatever the data are."""
FEWEST = 2
"""Of fewer jobs, that all were on one host tells nothing."""


@dataclass(frozen=True)
class Facts:
    """What is known of the jobs of a group beside their errors."""

    failed_again: int = 0
    """Jobs of it that were cleared or retried before, and failed again."""
    ignored: int = 0
    """Keys with this error that a person set to be ignored."""
    with_rows: Share | None = None
    """Of its keys that were looked up, those whose row is there by now; None where none was."""
    are_all: bool = False
    """Whether all its keys were looked up."""
    host: Claim | None = None
    """That one host tells its jobs apart from others; None where that is not so, or nobody has looked."""


NOTHING_KNOWN = Facts()
Rule = Callable[[ErrorGroup, Facts], Advice | None]


def advice_on(group: ErrorGroup, facts: Facts = NOTHING_KNOWN) -> Advice | None:
    """Return what helps, by the first rule that holds; None where none does."""
    return next(filter(None, (rule(group, facts) for rule in RULES)), None)


def _clear(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Clear: what was to be computed is there."""
    rows = facts.with_rows
    if rows is None or rows.number < rows.of:
        return None
    if facts.are_all:
        return Advice(Help.CLEAR, "the row is there by now" if rows.of == 1 else "the rows are there by now")
    looked_up = "key that was looked up has its row" if rows.of == 1 else f"{rows.of:,} keys looked up have their rows"
    return Advice(Help.CLEAR, f"the {looked_up} by now")


def _retry(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Retry: it was stopped, or passes by itself."""
    if group.kind is Kind.INTERRUPTED:
        return Advice(Help.RETRY, "they were stopped from outside")
    return Advice(Help.RETRY, "the server, the way to it or the disk") if group.kind is Kind.TRANSIENT else None


def _ignore(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Ignore: so a person decided of others before."""
    if not facts.ignored:
        return None
    keys = "1 key" if facts.ignored == 1 else f"{facts.ignored:,} keys"
    return Advice(Help.IGNORE, f"{keys} with this error {'is' if facts.ignored == 1 else 'are'} ignored already")


def _retry_elsewhere(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Retry elsewhere: what failing keys share is their host, and others of their tables are elsewhere."""
    if facts.host is None or _mend(group, facts):
        return None
    return Advice(Help.RETRY_ELSEWHERE, f"{facts.host.others_in_words} ran on {facts.host.what}")


def _mend(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Mend, then retry: a file or a disk is missing on one host."""
    if group.signature.exception not in OF_A_MACHINE or len(group.hosts) != 1 or group.count < FEWEST:
        return None
    return Advice(Help.MEND, f"all on {group.hosts[0].name}: are its disks mounted?")


def _fix_what_failed_again(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Fix first: another try did not help."""
    if not facts.failed_again:
        return None
    return Advice(Help.FIX, "the same key failed twice" if facts.failed_again == 1 else "the same keys failed twice")


def _fix_code(group: ErrorGroup, facts: Facts) -> Advice | None:
    """Fix first: the code is at fault, whatever the data are."""
    is_of_code = group.signature.exception in OF_CODE
    return Advice(Help.FIX, "the code is at fault, not the data") if is_of_code else None


RULES: tuple[Rule, ...] = (_clear, _retry, _ignore, _retry_elsewhere, _fix_what_failed_again, _mend, _fix_code)
