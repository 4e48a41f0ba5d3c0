"""Which statuses can a job have, how are they called, and in which order do people want them?

The colour and the shape of each are in the stylesheet, under the status's own name.
"""

from dataclasses import dataclass

RESERVED = "reserved"
ERROR = "error"
IGNORE = "ignore"


@dataclass(frozen=True)
class JobStatus:
    """A status of DataJoint's jobs table: its value, the word on a tab, and what it means in a sentence."""

    status: str
    tab: str
    meaning: str


JOB_STATUSES = (
    JobStatus(ERROR, "Errors", "make raised an error; populate skips the key until the job is cleared"),
    JobStatus(RESERVED, "Reserved", "a worker has reserved the key: it is computing it, or it has died"),
    JobStatus(IGNORE, "Ignored", "populate skips the key, because somebody set it to be ignored"),
)
STATUSES = tuple(one.status for one in JOB_STATUSES)
