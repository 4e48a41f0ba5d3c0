"""The groups of errors as plain values: for files and for the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from jobs.error_groups.groups import ErrorGroup, ErrorGroups
from jobs.formats.table_name import class_name
from jobs.layouts.reading import LeftOut
from jobs.tracebacks.signature import MessagePart

COLUMNS = (
    *("group", "kind", "jobs", "exception", "message", "own_frame", "chain", "tables", "users", "hosts"),
    *("first", "last", "in_1_h", "in_24_h", "in_7_d", "is_new", "came_back", "helps", "why", "shared"),
)
"""`group` is the fingerprint. Those of which nothing is known are empty."""
NOT_ALL = "Only {:,} failed jobs were looked at, and there are more: each number is the least."


def values_of(group: ErrorGroup, shared: str = "") -> Mapping[str, object]:
    """Return a group as plain values by COLUMNS; `shared` is what its failing keys share, in words."""
    return {
        "group": group.fingerprint,
        "kind": group.kind.value,
        "jobs": group.count,
        "exception": group.signature.exception,
        "message": in_words(group.signature.message),
        "own_frame": str(group.signature.own_frame or "") or None,
        "chain": list(group.signature.chain),
        "tables": {f"{table.schema}.{class_name(table.table_name)}": table.number for table in group.tables},
        "users": {user.name: user.number for user in group.users},
        "hosts": {host.name: host.number for host in group.hosts},
        "first": group.first,
        "last": group.last,
        "in_1_h": group.in_1_h,
        "in_24_h": group.in_24_h,
        "in_7_d": group.in_7_d,
        "is_new": group.is_new,
        "came_back": group.came_back,
        "helps": group.advice.what.value if group.advice else None,
        "why": group.advice.why if group.advice else None,
        "shared": shared or None,
    }


def in_words(message: Iterable[MessagePart]) -> str:
    """Return a message with what varies in angle brackets: `index <n> is out of bounds`."""
    return "".join(f"<{part.text}>" if part.varies else part.text for part in message)


def notices(groups: ErrorGroups, left_out: Sequence[LeftOut]) -> list[str]:
    """Return why jobs may be missing in the groups, in sentences."""
    said = [f"The errors of {one.schema} are not here: {one.in_words}." for one in left_out]
    if not groups.is_whole:
        said.append(NOT_ALL.format(groups.jobs_looked_at))
    return said
