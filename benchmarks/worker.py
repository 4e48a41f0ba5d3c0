"""One worker of the benchmark: says it is ready, waits for a line, populates, and says its peak memory in kB."""

import logging
import resource
import sys
from collections.abc import Mapping

import django
from django.conf import settings

from jobs.worker.dj.connecting import connect
from jobs.worker.options import Options
from jobs.worker.outcomes import Outcome, Report
from jobs.worker.run import populate, prepare
from jobs.worker.schedule import Schedule
from jobs.worker.signals import Signals


class Silent(Report):
    """Hears and says nothing."""

    def begin(self, table: str, keys: int, excluded: Mapping[str, int]) -> None:
        """Say nothing."""

    def outcome(self, outcome: Outcome) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def problem(self, text: str) -> None:
        """Say it: nothing should be wrong."""
        sys.stderr.write(f"{text}\n")


def main(whose: str, calls: str) -> None:
    """Work as DataJoint does, or as Jobsite does; `calls` may bound the keys."""
    logging.disable()
    django.setup()
    connect(settings.LAB, Signals())
    from benchmarks.pipeline import Result, schema

    max_calls = int(calls) if calls else None
    len(Result())
    len(schema.jobs)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if whose == "theirs":
        Result.populate(reserve_jobs=True, suppress_errors=True, max_calls=max_calls)
    elif whose == "ours":
        with Signals() as signals:
            options = Options(("benchmarks.pipeline.Result",), max_calls=max_calls)
            tables = prepare(options, settings.LAB, signals)
            populate(tables, options, 1, settings.LAB, Silent(), signals, Schedule())
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
