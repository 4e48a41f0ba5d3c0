"""Why do jobs of the demo fail, how many of each kind, and how long ago?

Every failure is a real one, of a worker that ran a make: most by the data (raw_data.py), some by what happened to the
worker (night.py, mishaps.py). Only when it was is set back afterwards, for a demo has no last week.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as counted

from jobsite.demo.accounts import Accounts

BEHAVIOR, EPHYS = "lab_behavior", "lab_ephys"
HOUR, DAY = 60, 24 * 60
JUST_NOW = (0,)
THIS_NIGHT = (30, 2 * HOUR, 3 * HOUR, 5 * HOUR, 6 * HOUR)
YESTERDAY = (DAY + 4 * HOUR, DAY + 7 * HOUR)
LAST_WEEK = (2 * DAY, 3 * DAY + 5 * HOUR, 5 * DAY, 6 * DAY + 2 * HOUR)
SINCE_LAST_WEEK = (*THIS_NIGHT[:2], *YESTERDAY, *LAST_WEEK)
STEP_MIN = 11
"""Minutes between jobs of one kind that failed in the same hour."""


@dataclass(frozen=True)
class FailureKind:
    """Jobs that fail for one reason: all of them are one problem.

    `begins` is how their messages begin, `table` a schema and a table as the server calls it; they failed
    `minutes_ago`, in turn.
    """

    name: str
    begins: str
    table: tuple[str, str]
    count: int
    minutes_ago: tuple[int, ...]
    came_back: bool = False
    """Whether somebody cleared them once, and they failed again."""

    @property
    def exception(self) -> str:
        """The name of the exception."""
        return self.begins.partition(":")[0]

    def ages(self) -> Iterator[int]:
        """Yield how many minutes ago each of its jobs failed, without end."""
        for rounds in counted():
            yield from (ago + rounds * STEP_MIN if ago else 0 for ago in self.minutes_ago)


KINDS = (
    FailureKind("an animal is too light", "ValueError", (BEHAVIOR, "__body_condition"), 6, SINCE_LAST_WEEK),
    FailureKind("a stimulus nobody knows", "ValueError", (BEHAVIOR, "_trials"), 6, LAST_WEEK),
    FailureKind("a column nobody knows", "KeyError", (BEHAVIOR, "_trials"), 7, JUST_NOW, came_back=True),
    FailureKind("no trial was wrong", "FitError", (BEHAVIOR, "__psychometric_fit"), 12, YESTERDAY),
    FailureKind("a lock was held", "OperationalError: (1205", (BEHAVIOR, "__training_progress"), 3, THIS_NIGHT),
    FailureKind("the GPU is too small", "RuntimeError: CUDA", (BEHAVIOR, "__pose"), 5, THIS_NIGHT),
    FailureKind("stopped by Ctrl-C", "KeyboardInterrupt", (BEHAVIOR, "__pose"), 1, YESTERDAY),
    FailureKind("a file is missing", "FileNotFoundError", (EPHYS, "_raw_signal"), 4, THIS_NIGHT),
    FailureKind("a file is cut", "ValueError: Failed", (EPHYS, "_raw_signal"), 4, LAST_WEEK),
    FailureKind("a recording is empty", "ValueError: zero-size", (EPHYS, "_raw_signal"), 4, YESTERDAY),
    FailureKind("a voltage is too large", "DataError", (EPHYS, "_raw_signal"), 4, SINCE_LAST_WEEK),
    FailureKind("a channel is flat", "LinAlgError", (EPHYS, "__local_field"), 4, LAST_WEEK),
    FailureKind("the amplifier was saturated", "ValueError", (EPHYS, "__spike_sorting"), 16, SINCE_LAST_WEEK),
    FailureKind("two units are of one size", "RecursionError", (EPHYS, "__unit_tuning"), 8, LAST_WEEK),
    FailureKind("stopped by SIGTERM", "SystemExit: SIGTERM", (EPHYS, "__drift_map"), 1, THIS_NIGHT),
    FailureKind("the connection was cut", "LostConnectionError", (EPHYS, "__drift_map"), 2, THIS_NIGHT),
)


def set_back(accounts: Accounts) -> None:
    """Let each failure have happened when its kind says."""
    connection = accounts.connect_as_root()
    with connection.cursor() as cursor:
        for kind in KINDS:
            schema, table_name = kind.table
            cursor.execute(
                f"SELECT key_hash FROM {schema}.`~jobs` WHERE status = 'error' AND table_name = %s"  # noqa: S608
                " AND error_message LIKE %s ORDER BY key_hash",
                (table_name, f"{kind.begins}%"),
            )
            hashes = [key_hash for (key_hash,) in cursor.fetchall()]
            cursor.executemany(
                f"UPDATE {schema}.`~jobs` SET timestamp = timestamp - INTERVAL %s MINUTE"  # noqa: S608
                " WHERE table_name = %s AND key_hash = %s",
                [(ago, table_name, key_hash) for ago, key_hash in zip(kind.ages(), hashes, strict=False)],
            )
    connection.close()
