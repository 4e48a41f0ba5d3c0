"""What a job keeps of its failure, as everybody may read it: page and terminal show the same."""

from dataclasses import dataclass

from jobs.tracebacks.display import ShownException, shown
from jobs.tracebacks.parsing import read_stack, read_stack_blob, without_middle
from jobsite.masking.text import masked


@dataclass(frozen=True)
class ShownFailure:
    """The traceback of a job without its secrets."""

    problem: str
    """Why there is none to show, in words; '' when there is one."""
    text: str
    """All of it, but for the middle of a huge one."""
    chain: list[ShownException]
    """The same in the order of jobs.tracebacks.display."""
    is_masked: bool
    """Whether a secret was in it."""


def read_failure(stack: bytes | None, message: str) -> ShownFailure:
    """Return what is shown of a job's `error_stack`; the `message`, without its secrets, stands above it."""
    stored = read_stack_blob(stack)
    text = without_middle(stored.text)[0]
    readable = masked(text)
    return ShownFailure(stored.problem, readable, shown(read_stack(readable), message), readable != text)
