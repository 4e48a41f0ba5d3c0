"""What does one run of `manage.py populate` do? Table after table, once or for ever, until its time is up.

Nothing is computed before every table is found and every restriction understood. Which keys is left to `pending`, how
they are computed to an `engine` (this process, or a pool of several), and when to `schedule`.
"""

import inspect
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from jobs.worker.dj.compat import Untyped, has_older_make, make_of
from jobs.worker.dj.connecting import connect, connected, reconnect
from jobs.worker.engine import Engine, InProcess
from jobs.worker.errors import server_sentence
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, Outcome, Report, StoppedError, WrongInputError
from jobs.worker.pending import PendingKeys, Row, check_key_query, find_pending
from jobs.worker.pool.parent import WorkerPool
from jobs.worker.privileges import check_rights, missing_grant_to_read
from jobs.worker.retry import retry_until_available
from jobs.worker.schedule import RunClock, Schedule
from jobs.worker.script import become_script
from jobs.worker.signals import Signals
from jobs.worker.tables import in_dependency_order, wait_for_tables
from jobsite.durations import say_duration
from jobsite.lab.address import LabServer


def prepare(
    options: Options, lab: LabServer, signals: Signals, on_connected: Callable[[], None] = lambda: None
) -> dict[str, Untyped]:
    """Return the tables that the options name, in the order of their dependencies, by name.

    `on_connected` is called before any of the lab's code is imported. Raises WrongInputError when there is no such
    table, it does not take the options, or the account lacks a privilege.
    """
    become_script()
    connect(lab, signals)
    on_connected()
    tables = in_dependency_order(wait_for_tables(options, signals))
    for table in tables.values():
        _check(table, options)
    check_rights(tables, options)
    return tables


def populate(
    tables: Mapping[str, Untyped],
    options: Options,
    processes: int,
    lab: LabServer,
    report: Report,
    signals: Signals,
    schedule: Schedule,
) -> None:
    """Populate tables that `prepare` returned, one after the other, and report as it goes.

    Raises InterruptedRunError after a signal. A run that a failure ends early returns: the report has it.
    """
    clock = RunClock(schedule, signals)
    options = replace(options, ends_at_s=clock.ends_at_s)
    clock.stagger()
    with _engine(options, processes, lab, report, signals) as engine:
        try:
            PopulateRun(tables, options, engine, report, signals, clock).run()
        except StoppedError as stopped:
            if str(stopped):
                report.problem(str(stopped))
            if signals.received is not None:  # a signal ended a wait, and something could not be written any more
                raise InterruptedRunError(signals.received) from None


class PopulateRun:
    """Rounds over the tables, each from what is missing then."""

    def __init__(
        self,
        tables: Mapping[str, Untyped],
        options: Options,
        engine: Engine,
        report: Report,
        signals: Signals,
        clock: RunClock,
    ) -> None:
        self._tables, self._options, self._engine = tables, options, engine
        self._report, self._signals, self._clock = report, signals, clock
        self._tried: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._empty: defaultdict[str, set[Row]] = defaultdict(set)
        self._computed = 0
        self._looked_s = 0.0

    def run(self) -> None:
        while True:
            self._computed, self._looked_s = 0, 0.0
            for name, table in self._tables.items():
                if not self._options.time_is_up:
                    self._populate_one(name, table)
            if self._has_tried_all_it_may():
                return
            if not self._computed and not self._clock.is_idle and self._clock.continues_when_idle:
                self._report.note(f"Nothing to compute; looking again every {self._pause()}.")
            if not self._clock.wait_for_next_round(self._looked_s, has_computed=self._computed > 0):
                break
        if self._clock.end_reason:
            self._report.note(self._clock.end_reason)

    def _populate_one(self, name: str, table: Untyped) -> None:
        options = self._options
        if options.max_calls is not None:
            options = replace(options, max_calls=options.max_calls - self._tried[name])
        pending = self._find_pending(table, options)
        if pending.keys or name not in self._seen:
            self._report.begin(name, len(pending.keys), pending.excluded)
        if pending.why_none and name not in self._seen:
            self._report.note(pending.why_none)
        self._seen.add(name)
        if pending.keys:
            self._engine.compute(name, table, pending.keys, partial(self._record, name))

    def _pause(self) -> str:
        return say_duration(round(self._clock.pause_s(self._looked_s)))

    def _has_tried_all_it_may(self) -> bool:
        most = self._options.max_calls
        return most is not None and all(self._tried[name] >= most for name in self._tables)

    def _record(self, name: str, outcome: Outcome) -> None:
        self._tried[name] += 1
        self._computed += outcome.status in ("done", "failed")
        if outcome.status == "empty":
            self._empty[_target_of(self._tables[name])].add(tuple(outcome.key.values()))
        self._report.outcome(outcome)

    def _find_pending(self, table: Untyped, options: Options) -> PendingKeys:
        empty, began_s = self._empty[_target_of(table)], time.monotonic()
        try:
            return retry_until_available(
                lambda: find_pending(connected(table), options, empty), self._signals, partial(reconnect, table)
            )
        except Exception as error:  # the server's, DataJoint's, or of a key_source that the lab wrote
            if self._signals.received is not None:
                raise InterruptedRunError(self._signals.received) from None
            raise StoppedError(
                f"The keys of {type(table).__name__} could not be read: {server_sentence(error)}."
            ) from None
        finally:
            self._looked_s += time.monotonic() - began_s


def _target_of(table: Untyped) -> str:
    """Return what stays the same when one table is asked for by two names."""
    return str(table.target.full_table_name)


def _engine(options: Options, processes: int, lab: LabServer, report: Report, signals: Signals) -> Engine:
    return InProcess(options, signals) if processes == 1 else WorkerPool(processes, lab, options, report, signals)


def _check(table: Untyped, options: Options) -> None:
    """Raise WrongInputError for a restriction, a key_source or make-kwargs that the table does not take."""
    _check_make_kwargs(table, options)
    for restriction in options.restrictions:
        problem = _problem(table, Options(restrictions=(restriction,)))
        if problem and not _problem(table, Options()):
            raise WrongInputError(f"The restriction “{restriction}” does not fit {type(table).__name__}: {problem}.")
    problem = _problem(table, options)
    if problem:
        raise WrongInputError(missing_grant_to_read(table) or f"{type(table).__name__} cannot be populated: {problem}.")


def _problem(table: Untyped, options: Options) -> str:
    """Return what is wrong with the question for the keys to compute, or ''."""
    try:
        check_key_query(table, options)
    except Exception as error:  # the server's, DataJoint's, or of a key_source that the lab wrote
        return server_sentence(error)
    return ""


def _check_make_kwargs(table: Untyped, options: Options) -> None:
    # make_fetch takes them in a make of three parts (0.14.10, autopopulate.py). Otherwise every key would fail alike.
    in_parts = hasattr(table, "make_fetch") and hasattr(table, "make_insert") and not has_older_make(table)
    try:
        inspect.signature(table.make_fetch if in_parts else make_of(table)).bind({}, **options.make_kwargs)
    except TypeError as error:
        raise WrongInputError(f"{type(table).__name__}'s make does not take these make-kwargs: {error}.") from None
