"""`manage.py jobs clear` and the other actions: what would happen, in the words of the page that asks, and doing it."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.actions.action import Action, count_jobs
from jobs.actions.confirmation import Confirmation, NotConfirmedError
from jobs.actions.granted import set_aside_ungranted
from jobs.actions.ignore_key import NewRow, ignore_key
from jobs.actions.judged import judge_reserved
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import perform
from jobs.actions.review import Review, review
from jobs.actions.selection import MatchingJobs
from jobs.actions.sparing import MatchingButRunning
from jobs.liveness import Liveness
from jobs.snapshots import JobSnapshot
from jobs.terminal.choosing import FILTERS, ChosenJobs, add_filters, add_restriction, choose_jobs
from jobs.terminal.ignoring import new_key
from jobsite.activity.terminal_user import TerminalUser
from jobsite.management.subcommands import SubCommand
from jobsite.one_line import printable
from jobsite.terminal.ending import DONE, NOT_DONE, WrongInputError
from jobsite.terminal.talking import Talk

NO_TERMINAL = "Nothing was {past}: there is no terminal to ask on. Say --yes to confirm what stands above."
NO_FILTER = (
    "--yes needs a restriction or a filter, so that nobody can {} all jobs by mistake: write"
    " 'table_name LIKE \"%\"' for all."
)
NOT_ALL_FOUND = "Nothing was {past}: other jobs may be found when it is done. Choose fewer first."
SPARED = "{jobs} that may be running {are} left alone: with --running, {they} would be {past} too."
COMPUTE_AGAIN = "To compute what was freed again, with your own module:"
JOBS_NAMED = 10
"""Jobs that a terminal names before it asks."""
EXAMPLES = """\
  manage.py jobs {name} --table SpikeSorting                say what would happen, and ask
  manage.py jobs {name} 'host LIKE "gpu%"' --dry-run        only say it
  manage.py jobs {name} --older 7d --yes                    from cron
"""


HELP = {
    "clear": "Delete the rows of jobs, so that populate computes their keys again.",
    "retry": "The same as clear: a key without a row is computed by the next populate.",
    "release": "Delete the reservations of workers that are gone.",
    "ignore": "Let populate skip the keys of failed jobs, or a key that has no job yet.",
    "unignore": "Let populate compute keys that are ignored.",
}


def subcommand_of(action: Action) -> SubCommand:
    """Return the subcommand by which an action is done in a terminal."""
    return SubCommand(
        HELP[action.name],
        EXAMPLES.format(name=action.name),
        lambda parser: add_arguments(parser, action),
        lambda given: act(action, given),
    )


def add_arguments(parser: ArgumentParser, action: Action) -> None:
    """Add which jobs, and what is asked."""
    add_restriction(parser)
    add_filters(parser)
    add = parser.add_argument_group("what is asked").add_argument
    add("--dry-run", action="store_true", help="say what would happen, and do nothing")
    add("--yes", action="store_true", help="confirm what is said, without being asked; jobs that may be running stay")
    if action.if_running:
        add("--running", action="store_true", help=f"with --yes: {action.verb} jobs that may be running too")


def act(action: Action, given: Mapping[str, Any]) -> int:
    """Say what `action` would do, let it be confirmed, do it, and return the exit status.

    Raises WrongInputError, NotDoneError, and DatabaseError when nothing could be read.
    """
    if given["yes"] and all(given[name] is None for name in ("restriction", *FILTERS)):
        raise WrongInputError(NO_FILTER.format(action.verb))
    meant = choose_jobs(given)
    talk = Talk(sys.stdout if given["dry_run"] else None)
    if reason := action.why_not_on(meant.threads.server.only_reads):
        talk.say(reason, is_warning=True)
        return NOT_DONE
    set_aside_ungranted(action, meant.reading)
    asked = Dialogue(action, talk, meant.person, sparing=given["yes"] and not given.get("running", True))
    reviewed = asked.review(meant)
    if reviewed.finds_none and (new := new_key(action, meant, given)):
        return asked.ignore(new, given)
    if given["dry_run"] or not reviewed.count:
        return NOT_DONE if reviewed.left_out else DONE
    if meant.chosen.not_found:
        talk.say(NOT_ALL_FOUND.format(past=action.past), is_warning=True)
        return NOT_DONE
    typed = str(reviewed.count) if given["yes"] else asked.confirmed(reviewed)
    return NOT_DONE if typed is None else asked.perform(reviewed, typed)


@dataclass(frozen=True)
class Dialogue:
    """What is said to a person, and asked of them."""

    action: Action
    talk: Talk
    person: TerminalUser
    sparing: bool
    """Whether jobs that may be running are left alone."""

    def review(self, meant: ChosenJobs) -> Review:
        """Say what would happen now, and return it."""
        selection = self._spare(meant) if self.sparing else MatchingJobs(meant.chosen, meant.now, meant.reading)
        reviewed = review(self.action, selection, None if self.sparing else meant.threads)  # who lives was asked anew
        self.talk.say(f"{reviewed.order}?" if reviewed.count else f"Nothing to {self.action.verb}.")
        self.talk.say(selection.in_words)
        for sentence in reviewed.sentences:
            self.talk.say(sentence.text, is_warning=sentence.is_warning, indent="  ")
        for one in reviewed.left_out:
            text = f"The jobs of {one.schema} are left alone: {one.in_words}."
            self.talk.say(text, is_warning=True, indent="  ")
        for job in reviewed.jobs[:JOBS_NAMED]:
            said = f"{job.status} {job.schema} {job}: {job.message_line}".removesuffix(": ")
            self.talk.name(said, indent="    ")
        if reviewed.count > JOBS_NAMED:
            self.talk.say(f"and {reviewed.count - JOBS_NAMED:,} more", indent="    ")
        return reviewed

    def _spare(self, meant: ChosenJobs) -> MatchingButRunning:
        """Return the selection without the jobs that may be running, and say how many these are."""
        abandoned, running = set[JobSnapshot](), 0
        for job in judge_reserved(meant.chosen, meant.reading, meant.now):
            if job.liveness is Liveness.ABANDONED:
                abandoned.add(JobSnapshot.of(job))
            else:
                running += 1
        if running:
            are, they = ("is", "it") if running == 1 else ("are", "they")
            said = SPARED.format(jobs=count_jobs(running), are=are, they=they, past=self.action.past)
            self.talk.say(said, is_warning=True)
        return MatchingButRunning(meant.chosen, meant.now, meant.reading, abandoned=frozenset(abandoned))

    def confirmed(self, reviewed: Review) -> str | None:
        """Return what a person types, None when they confirm nothing; as on the page that asks."""
        if reviewed.needs_number and self.talk.can_ask:
            return self.talk.ask(f"Type {reviewed.count:,} to confirm:")
        return "" if self._agreed(f"{reviewed.order}?") else None

    def ignore(self, new: NewRow, given: Mapping[str, Any]) -> int:
        """Let a key without a job be ignored, when that is confirmed, and return the exit status."""
        self.talk.say(f"{new.in_words} It has no job yet: populate skips it from now on.")
        if given["dry_run"]:
            return DONE
        if not given["yes"] and not self._agreed("Ignore this key?"):
            return NOT_DONE
        return say_outcome(self.action, ignore_key(new.layout, new.table_name, new.key, self.person))

    def _agreed(self, question: str) -> bool:
        """Ask a person, and say so where nothing will be done."""
        if not self.talk.can_ask:
            self.talk.say(NO_TERMINAL.format(past=self.action.past), is_warning=True)
            return False
        if self.talk.ask(f"{question} [y/N]").lower() in ("y", "yes"):
            return True
        self.talk.say(f"Nothing was {self.action.past}.")
        return False

    def perform(self, reviewed: Review, typed: str) -> int:
        """Do what was confirmed, say what became of it, and return the exit status."""
        try:
            outcome = perform(self.action, reviewed.selection, Confirmation.of(reviewed, typed), self.person)
        except NotConfirmedError as refused:
            self.talk.say(str(refused), is_warning=True)
            return NOT_DONE
        status = say_outcome(self.action, outcome)
        if outcome.done and outcome.commands and self.talk.can_ask:
            self.talk.say(COMPUTE_AGAIN)
            for line in outcome.commands.splitlines():  # whole, however narrow the terminal is: it is to be copied
                self.talk.out.write(f"{printable(line, self.talk.out)}\n")
        return status


def say_outcome(action: Action, outcome: ActionOutcome) -> int:
    """Write what became of the jobs to standard output, and return the exit status."""
    sys.stdout.write(f"{printable(outcome.in_words(action), sys.stdout)}\n")
    return DONE if outcome.is_whole else NOT_DONE
