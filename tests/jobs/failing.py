"""Failed jobs that are planted with the message and the stack that DataJoint would have stored."""

import struct
import zlib
from collections.abc import Sequence
from itertools import count

from jobs.error_groups.groups import ErrorGroup, ErrorGroups
from jobs.error_groups.reading import read_error_groups
from jobs.layouts.reading import Reading
from jobs.listing.failures.finding import find_named
from jobs.listing.filters import JobFilter
from jobs.listing.rows import count_by_status
from jobs.listing.shared import second_of
from jobsite.lab.server import who_is_connected
from tests.jobs.planting import Planted

HEADER = "Traceback (most recent call last):\n"
FRAME = '  File "{folder}/{file}", line {line}, in {function}\n    {source}\n'
_numbers = count(1)


def traceback(message: str, *frames: str, folder: str = "/home/alice/lab", line: int = 3) -> str:
    """Return a traceback; `frames` are `file.py function`, outermost first."""
    written = [
        FRAME.format(folder=folder, file=file, line=line + number, function=function, source="x = 1")
        for number, (file, function) in enumerate(frame.split() for frame in frames)
    ]
    return f"{HEADER}{''.join(written)}{message}\n"


def stored(text: str) -> bytes:
    """Return a text as DataJoint packs it (DataJoint 0.14.10, blob.py)."""
    packed = b"dj0\0\5" + struct.pack("<Q", len(text.encode())) + text.encode()
    if len(packed) <= 1000:
        return packed
    return b"ZL123\0" + struct.pack("<Q", len(packed)) + zlib.compress(packed)


def fail(planted: Planted, message: str, *frames: str, times: int = 1, **values: object) -> None:
    """Plant failed jobs with this message, raised in these frames; without frames, without a stack."""
    stack = stored(traceback(message, *frames)) if frames else None
    for _ in range(times):
        row = {"key_hash": f"f{next(_numbers):031}", "error_message": message, "error_stack": stack}
        planted.row(**{**row, **values})


def groups_in(schema: str, **texts: str) -> ErrorGroups:
    """Return the groups of the failed jobs of a schema."""
    reading = Reading.begin()
    return read_error_groups(JobFilter.read({"schema": schema, **texts}), reading, second_of(who_is_connected()))


def count_of(fingerprint: str, schema: str) -> int:
    """Return how many jobs of a schema the list of a group has; other tests may have left some in other schemas."""
    reading, now = Reading.begin(), second_of(who_is_connected())
    chosen = find_named(JobFilter.read({"group": fingerprint, "schema": schema}), reading, now)
    return count_by_status(chosen, reading, now).total()


def sizes(groups: Sequence[ErrorGroup]) -> list[tuple[str, int]]:
    """Return the exception of each group, and how many jobs it has."""
    return [(group.signature.exception, group.count) for group in groups]
