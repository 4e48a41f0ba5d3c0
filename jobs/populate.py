"""What does one run of `manage.py populate` do? Table after table: which keys, in which order, until when.

Nothing is computed before every table is found and every restriction understood. How keys are computed is left to
`jobs.computing` (this process) and `jobs.workers` (several).
"""

import inspect
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from jobs.computing import Tell, compute
from jobs.interrupts import Interrupts
from jobs.keys import key_hashes
from jobs.leftovers import settle
from jobs.outcomes import Key, Options, Report, StoppedError, Untyped, WrongInputError, said
from jobs.pipelines import connect, find_table, reservations_of
from jobs.workers import Crew
from jobsite.lab import LabServer


class Compute(Protocol):
    """Compute keys of a table and tell each outcome; raises InterruptedRunError or StoppedError when it ends early."""

    def __call__(self, name: str, table: Untyped, keys: list[Key], tell: Tell) -> None: ...


def populate(
    names: Sequence[str], options: Options, processes: int, lab: LabServer, report: Report, interrupts: Interrupts
) -> None:
    """Populate the tables that `names` mean (`package.module.Table`), one after the other, and report as it goes.

    Raises WrongInputError before anything is computed, InterruptedRunError after a signal. A run that a failure ends
    early returns: the report has it.
    """
    connect(lab)
    tables = {name: find_table(name) for name in names}
    for table in tables.values():
        _check(table, options)
    with _engine(options, processes, lab, report, interrupts) as engine:
        for name, table in tables.items():
            if not _populate_one(name, table, options, engine, report):
                return


def choose(table: Untyped, options: Options) -> tuple[list[Key], int]:
    """Return the keys to compute, in order, and how many are held back as error, ignored or reserved.

    As DataJoint's populate() chooses (0.14.10): the limit counts keys before those held back are left out.
    """
    keys = _read_keys(_todo(table, options), options.limit)
    held_back = _held_back(table) if options.reserve else set()
    free = keys
    if held_back:
        free = [key for key, hashed in zip(keys, key_hashes(keys), strict=True) if hashed not in held_back]
    held_count = len(keys) - len(free)
    if options.order == "reverse":
        free.reverse()
    elif options.order == "random":
        random.shuffle(free)
    return free[: options.max_calls], held_count


def _todo(table: Untyped, options: Options) -> Untyped:
    return table._jobs_to_do(options.restrictions) - table.target


def _read_keys(todo: Untyped, limit: int | None) -> list[Key]:
    """Return the keys with the values that DataJoint's fetch("KEY") gives them, at a third of its time."""
    heading = todo.heading
    converted = any(attribute.uuid or attribute.adapter for attribute in heading.attributes.values())
    if limit is not None or converted:
        found: list[Key] = todo.fetch("KEY", limit=limit)
        return found
    names = heading.names
    return [dict(zip(names, row, strict=True)) for row in todo.cursor()]


def _held_back(table: Untyped) -> set[str]:
    jobs = table.connection.schemas[table.target.database].jobs
    rows = jobs & {"table_name": table.target.table_name} & 'status in ("error", "ignore", "reserved")'
    return {hashed for (hashed,) in table.connection.query(rows.make_sql(("key_hash",)))}


@contextmanager
def _engine(
    options: Options, processes: int, lab: LabServer, report: Report, interrupts: Interrupts
) -> Iterator[Compute]:
    if processes == 1:

        def here(name: str, table: Untyped, keys: list[Key], tell: Tell) -> None:
            compute(table, keys, options, tell, interrupts, reservations_of(table, options))

        yield here
        return
    with Crew(processes, lab, options, report.trouble, interrupts) as crew:

        def by_crew(name: str, table: Untyped, keys: list[Key], tell: Tell) -> None:
            table.connection.close()  # ours would only idle, and be cut off, while the others work

            def settled(pid: int, left: list[Key], message: str) -> Key | None:
                table.connection.connect()
                return settle(table, options, pid, left, message)

            crew.compute(name, keys, tell, settled)

        yield by_crew


def _populate_one(name: str, table: Untyped, options: Options, engine: Compute, report: Report) -> bool:
    """Populate one table; return whether the run may go on with the next."""
    try:
        keys, held_back = _choose_now(table, options)
        report.begin(name, len(keys), held_back)
        engine(name, table, keys, report.outcome)
    except StoppedError as stopped:
        if str(stopped):
            report.trouble(str(stopped))
        return False
    return True


def _choose_now(table: Untyped, options: Options) -> tuple[list[Key], int]:
    try:
        if not table.connection.is_connected:
            table.connection.connect()
        return choose(table, options)
    except Exception as error:  # the server's, DataJoint's, or of a key_source that the lab wrote
        raise StoppedError(f"The keys of {type(table).__name__} could not be read: {_in_words(error)}.") from None


def _check(table: Untyped, options: Options) -> None:
    """Raise WrongInputError for a restriction, a key_source or make-kwargs that the table does not take."""
    _check_make_kwargs(table, options)
    for restriction in options.restrictions:
        problem = _problem(table, Options(restrictions=(restriction,)))
        if problem and not _problem(table, Options()):
            raise WrongInputError(f"The restriction “{restriction}” does not fit {type(table).__name__}: {problem}.")
    problem = _problem(table, options)
    if problem:
        raise WrongInputError(f"{type(table).__name__} cannot be populated: {problem}.")


def _problem(table: Untyped, options: Options) -> str:
    """Ask the server for one key, and return what is wrong with the question, or ''."""
    try:
        _todo(table, options).fetch("KEY", limit=1)
    except Exception as error:  # the server's, DataJoint's, or of a key_source that the lab wrote
        return _in_words(error)
    return ""


def _in_words(error: Exception) -> str:
    """Return the server's own sentence: a number stands before it, or the whole query behind it."""
    if not type(error).__module__.startswith(("datajoint", "pymysql")):
        return said(error)
    words = [arg for arg in error.args if isinstance(arg, str) and arg != "Insufficient privileges."]
    return words[0].rstrip(".") if words else said(error)


def _check_make_kwargs(table: Untyped, options: Options) -> None:
    # make_fetch takes them in a make of three parts (0.14.10, autopopulate.py). Otherwise every key would fail alike.
    make = table.make_fetch if hasattr(table, "make_fetch") and hasattr(table, "make_insert") else table.make
    try:
        inspect.signature(getattr(table, "_make_tuples", make)).bind({}, **options.make_kwargs)
    except TypeError as error:
        raise WrongInputError(f"{type(table).__name__}'s make does not take these make-kwargs: {error}.") from None
