"""Which statuses can a job have, how are they called, and in which order do people want them?

The colour and the shape of each are in the stylesheet, under the status's own name.
"""

from dataclasses import dataclass

RESERVED = "reserved"
ERROR = "error"
IGNORE = "ignore"


@dataclass(frozen=True)
class State:
    """A status of DataJoint's jobs table: its value, the word on a tab, and what it means in a sentence."""

    status: str
    tab: str
    meaning: str


STATES = (
    State(ERROR, "Errors", "make raised; the key is skipped until its job is cleared"),
    State(RESERVED, "Reserved", "a worker has taken the key and computes it, or died doing so"),
    State(IGNORE, "Ignored", "told to be skipped"),
)
STATUSES = tuple(state.status for state in STATES)
