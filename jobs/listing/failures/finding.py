"""Which jobs are of the groups that a filter names? Those that the page of errors counts for it."""

from dataclasses import replace
from datetime import datetime

from jobs.layouts.reading import Reading
from jobs.listing.failures.group_rows import GroupRows
from jobs.listing.failures.shared import kept_groups, shared_failures
from jobs.listing.filters import JobFilter
from jobs.listing.keys import find_keys

GONE = "No failed job is of the group {} now: its jobs were cleared or retried, or have failed in another way since."
NOT_ALL = "Not all failed jobs have been looked at yet, so jobs of the group {} may be missing: look again in a moment."


def find_named(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the jobs of the groups and with the keys that it names; any other as it is.

    Where they are not all known, `not_found` says why. Raises DatabaseError.
    """
    return find_keys(find_group(chosen, reading, now), reading, now)


def find_group(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the rows of the groups that it names; any other as it is."""
    if chosen.problems or chosen.groups is None:
        return chosen
    everything = replace(chosen, texts={}, found=(), not_found="")
    read = shared_failures(everything, reading, now).answer
    known = {name: group.rows for name, group in read.failures.groups.items()}
    missing, why = [name for name in chosen.groups if name not in known], GONE
    if not read.is_whole:
        kept = kept_groups(everything)
        missing, why = [name for name in chosen.groups if name not in kept], NOT_ALL
        known |= kept
    rows = GroupRows.of_all(known[name] for name in chosen.groups if name in known)
    return replace(chosen, group_rows=rows, not_found=" ".join(map(why.format, missing)))
