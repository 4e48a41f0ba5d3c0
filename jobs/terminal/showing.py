"""`manage.py jobs show`: one job whole, its traceback as its page orders it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jobs.listing.cluster_job import ClusterJob, failed_in, reserved_in
from jobs.listing.copying import lines_to_copy
from jobs.listing.exported import values_of
from jobs.listing.marking import annotate_liveness_now
from jobs.listing.rows import list_jobs, read_job
from jobs.models import Job
from jobs.terminal.choosing import ChosenJobs, add_filters, choose_jobs, left_out_in_words
from jobs.tracebacks.display import ShownException, ShownGroup
from jobs.tracebacks.parsing import Frame
from jobs.tracebacks.stored import ShownFailure, read_failure
from jobsite.durations import say_duration
from jobsite.exporting.values import plain
from jobsite.management.subcommands import SubCommand
from jobsite.moments import date_and_time, in_zone
from jobsite.one_line import printable
from jobsite.terminal.ending import DONE, NotDoneError, WrongInputError
from jobsite.terminal.local_zone import local_zone

EXAMPLES = """\
  manage.py jobs show lab_ephys SpikeSorting c81e728d9d4c2f636f067f89cc14862c
  manage.py jobs show 'subject_id=3, session=1' --table SpikeSorting
  manage.py jobs show --key 'subject_id=3' --stack                 the traceback as Python wrote it
"""
NAME = ("schema", "table", "key_hash")
TEXT, JSON = "text", "json"
NAME_HELP = "the job by its row in the jobs table; or one RESTRICTION, such as a key"
NAMED_BY = "Name one job: by SCHEMA TABLE KEY_HASH, by a RESTRICTION such as its key, or by --key and other filters."
NO_SUCH_JOB = "There is no such job: its row was cleared, or its key was computed or never reserved."


def add_arguments(parser: ArgumentParser) -> None:
    """Add which job, and how it is shown."""
    parser.add_argument("name", nargs="*", metavar="SCHEMA TABLE KEY_HASH", help=NAME_HELP)
    add_filters(parser)
    add = parser.add_argument_group("how it is shown").add_argument
    add("--format", default=TEXT, choices=(TEXT, JSON), help="text for people, JSON for programs (default: text)")
    add("--stack", action="store_true", help="the traceback as Python wrote it, not ordered for reading")


def show(given: Mapping[str, Any]) -> int:
    """Write the one job that is meant. Raises WrongInputError, NotDoneError when it is not one, and DatabaseError."""
    words = given["name"]
    name = dict(zip(NAME, words, strict=True)) if len(words) == len(NAME) else {}
    if len(words) not in (0, 1, len(NAME)) or (not words and given["key"] is None and given["key_hash"] is None):
        raise WrongInputError(NAMED_BY)
    by_row = {part: name[part] for part in NAME[:2]} if name else {"restriction": words[0] if words else None}
    meant = choose_jobs({**given, **by_row})
    job = _read(meant, name["key_hash"]) if name else _the_only_one(meant)
    annotate_liveness_now([job], meant.threads)
    if given["format"] == JSON:
        sys.stdout.write(json.dumps(plain(_values(job)), indent=2) + "\n")
    else:
        failure = read_failure(job.error_stack, job.message)
        cluster_job = failed_in(failure.text) or reserved_in(job, meant.threads)
        for line in _lines(job, failure, cluster_job, meant.now, as_written=given["stack"]):
            sys.stdout.write(f"{printable(line, sys.stdout)}\n")
    return DONE


def _the_only_one(meant: ChosenJobs) -> Job:
    found = list_jobs(meant.chosen, meant.reading, meant.now).rows
    if len(found) > 1:
        named = "; ".join(f"{one.schema} {one.table_name} {one.key_hash}" for one in found)
        raise NotDoneError(f"Several jobs match. Name one of these: {named}.")
    if not found:
        raise NotDoneError(" ".join([NO_SUCH_JOB, *left_out_in_words(meant)]))
    return _read(meant, found[0].key_hash, found[0])


def _read(meant: ChosenJobs, key_hash: str, seen: Job | None = None) -> Job:
    """Return the job whose row has this hash, with its stack."""
    schema, table = (seen.schema, seen.table_name) if seen else (meant.chosen.schema, meant.chosen.table)
    job = read_job(meant.reading, schema, table, key_hash)
    if job is None:
        raise NotDoneError(" ".join([NO_SUCH_JOB, *left_out_in_words(meant)]))
    return job


def _values(job: Job) -> dict[str, object]:
    """Return what the list as JSON has of a job, masked as there, and why it has its liveness."""
    return {**values_of(job, with_stack=True), "liveness_reason": job.liveness_reason or None}


def _lines(
    job: Job, failure: ShownFailure, cluster_job: ClusterJob | None, now: datetime, *, as_written: bool
) -> Iterator[str]:
    """Yield the lines of a job as its page shows it."""
    age_s = job.age_s(now)
    age = "" if age_s is None else f", {say_duration(age_s)}"
    yield f"{job.table} in {job.schema}"
    yield f"{job.key}"
    yield f"{job.status}{age}{f', {job.liveness.value}: {job.liveness_reason}' if job.liveness else ''}"
    yield from _paragraph("", job.message)
    if job.error_stack is not None:
        yield from ("", "Traceback", *([f"  {failure.problem}"] if failure.problem else []))
        if as_written or not failure.chain:
            yield from (f"  {line}" for line in failure.text.splitlines())
        for raised in () if as_written else failure.chain:
            yield from _raised(raised)
    yield from ("", "Worker", *(f"  {name:12}{value}" for name, value in _facts(job, cluster_job)))
    if lines := [*(cluster_job.lines if cluster_job else []), *lines_to_copy(job)]:
        yield from ("", "Lines to copy", *(f"  {line}" for line in lines))


def _facts(job: Job, cluster_job: ClusterJob | None) -> Iterator[tuple[str, object]]:
    yield "user", job.user or "unknown"
    yield "host", job.host or "unknown"
    if cluster_job:
        yield cluster_job.title, cluster_job.job_id
    if cluster_job and cluster_job.log:
        yield "its log", cluster_job.log
    yield "pid", job.pid or "unknown"
    yield "connection", job.connection_id or "unknown"
    yield (
        "failed at" if job.status == "error" else "since",
        date_and_time(in_zone(job.timestamp, local_zone())) if job.timestamp else "unknown",
    )
    yield "table", f"{job.schema}.{job.table_name}"
    yield "key_hash", job.key_hash


def _paragraph(indent: str, text: str) -> Iterator[str]:
    if text:
        yield from ("", *(f"{indent}{line}" for line in text.splitlines()))


def _raised(raised: ShownException) -> Iterator[str]:
    """Yield the lines of one exception of a chain, the last one first."""
    said = ": ".join(filter(None, (raised.exception, raised.message)))
    if raised.relation or said:
        yield from (f"  {line}" for line in f"{raised.relation} {said}".strip().splitlines())
    for group in raised.groups:
        yield from _group(group)


def _group(group: ShownGroup) -> Iterator[str]:
    """Yield the frames of a group; one that is folded on the page is one line."""
    if group.summary:
        yield f"    … {group.summary}"
    for frame in () if group.summary else group.frames:
        yield from _frame(frame)
    if group.note:
        yield f"    {group.note}"


def _frame(frame: Frame) -> Iterator[str]:
    yield f"    {frame.path}:{frame.line} in {frame.function}"
    yield from (f"      {line}" for line in frame.source.splitlines())
    if frame.repeats:
        yield f"      … repeated {frame.repeats} time{'s' * (frame.repeats > 1)}"


SHOW = SubCommand("Show one job whole, with its traceback.", EXAMPLES, add_arguments, show)
