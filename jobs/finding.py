"""Which tables do `lab.ephys.Spikes` or a whole `lab.ephys` mean? Import the module, find them, put them in order."""

import difflib
import importlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType

from jobs.interrupts import SIGTERM_RECEIVED, Interrupts
from jobs.outcomes import Untyped, WrongInputError, said
from jobs.patience import until_it_answers
from jobs.refused_writes import why_no_writes

SUGGESTIONS = 3
LOOKED = "it is neither in the current directory nor on the Python path"


def wait_for_tables(names: Sequence[str], interrupts: Interrupts) -> dict[str, Untyped]:
    """Do as `find_tables` once the server takes writes: pipelines declare their tables and fill their lookup tables.

    A signal ends the waiting: KeyboardInterrupt or SystemExit.
    """
    try:
        return until_it_answers(lambda: find_tables(names), interrupts)
    except WrongInputError:
        raise
    except Exception:  # refused, and a signal ended the waiting
        interrupts.raise_received()
        raise


def find_tables(names: Sequence[str]) -> dict[str, Untyped]:
    """Return instances of the auto-populated tables that dotted names mean, by name, in order of their dependencies.

    A name is `package.module.Table`, or `package.module` for every such table that the module defines. Tables that do
    not depend on each other keep the order given. Raises WrongInputError with the one sentence that helps, and the
    server's own error where an import writes and the server takes no writes: it can be tried again.
    """
    found = {name: table for asked in names for name, table in _meant_by(asked)}
    return found if len(found) == 1 else _in_dependency_order(found)


def _meant_by(name: str) -> Iterator[tuple[str, Untyped]]:
    module_name, _, last = name.rpartition(".")
    if not all(part.isidentifier() for part in name.split(".")):
        raise WrongInputError(f"“{name}” is not a table: write it as module.Table, such as lab.ephys.Spikes.")
    module = _import_pipeline(module_name) if module_name else None
    found = getattr(module, last, None)
    if found is None or isinstance(found, ModuleType):
        yield from _all_of(name, module, last)
    else:
        _check(found, name)
        yield name, found()


def _all_of(name: str, parent: ModuleType | None, last: str) -> Iterator[tuple[str, Untyped]]:
    try:
        module = _import_pipeline(name)
    except WrongInputError as error:
        if not isinstance(error.__cause__, ModuleNotFoundError) or error.__cause__.name != name:
            raise
        if parent is None:
            raise WrongInputError(f"There is no module {name}: {LOOKED}. A table is written as module.Table.") from None
        raise WrongInputError(f"{parent.__name__} has no table {last}.{_near_misses(parent, last)}") from None
    found = {
        attribute: value
        for attribute, value in vars(module).items()
        if _is_populated(value) and _has_make(value) and f"{value.__module__}.".startswith(f"{name}.")
    }
    if not found:
        raise WrongInputError(f"{name} defines no auto-populated table.")
    for attribute, table in found.items():
        yield f"{name}.{attribute}", table()


def _in_dependency_order(tables: Mapping[str, Untyped]) -> dict[str, Untyped]:
    graph = next(iter(tables.values())).connection.dependencies
    try:
        graph.load()
        needed = {name: set(_ancestors(graph, table.target.full_table_name)) for name, table in tables.items()}
    except Exception as error:  # the server's or DataJoint's
        raise WrongInputError(f"The dependencies of the tables could not be read: {said(error)}.") from None
    waiting, ordered = dict(tables), dict[str, Untyped]()
    while waiting:
        left = {name: table.target.full_table_name for name, table in waiting.items()}
        free = (name for name in left if not needed[name] & (set(left.values()) - {left[name]}))
        ready = next(free, next(iter(left)))  # a part may refer to a table that refers to its master
        ordered[ready] = waiting.pop(ready)
    return ordered


def _ancestors(graph: Untyped, full_name: str) -> Iterator[str]:
    """Yield every table that a table or one of its parts refers to: make inserts the parts as well."""
    for node in list(graph):
        if node == full_name or node.startswith(f"{full_name[:-1]}__"):
            yield from graph.ancestors(node)


def _import_pipeline(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise WrongInputError(f"There is no module {error.name}: {LOOKED}.") from error
        reason = f"it needs the module {error.name}, which is not there" if error.name else said(error)
        raise WrongInputError(f"{name} could not be imported: {reason} ({_where(error)}).") from None
    except (Exception, SystemExit) as error:
        if str(error) == SIGTERM_RECEIVED or why_no_writes(error):
            raise
        raise WrongInputError(f"{name} could not be imported: {said(error)} ({_where(error)}).") from None


def _where(error: BaseException) -> str:
    """Return the file and line where an import failed: the pipeline's own, not the library's it called."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    own = [frame for frame in frames if "site-packages" not in frame.filename and "importlib" not in frame.filename]
    last = (own or frames)[-1]
    return f"{last.filename}, line {last.lineno}"


def _near_misses(module: ModuleType, class_name: str) -> str:
    names = sorted(name for name, value in vars(module).items() if _is_populated(value))
    by_lower = {name.lower(): name for name in names}
    near = [by_lower[name] for name in difflib.get_close_matches(class_name.lower(), by_lower, SUGGESTIONS)]
    if near:
        return f" Did you mean {' or '.join(near)}?"
    return f" Its auto-populated tables: {', '.join(names)}." if names else " It has no auto-populated table."


def _is_populated(value: Untyped) -> bool:
    from datajoint.autopopulate import AutoPopulate

    return _is_table(value) and issubclass(value, AutoPopulate) and _is_named(value)


def _is_table(value: object) -> bool:
    from datajoint.table import Table

    return isinstance(value, type) and issubclass(value, Table)


def _is_named(table: Untyped) -> bool:
    # DataJoint's own Computed and Imported, and classes without @schema, have no database.
    return table.database is not None


def _check(found: Untyped, name: str) -> None:
    from datajoint.autopopulate import AutoPopulate

    if not _is_table(found):
        raise WrongInputError(f"{name} is not a DataJoint table.")
    if not issubclass(found, AutoPopulate):
        tier = next((base.__name__ for base in found.__mro__ if base.__module__.startswith("datajoint.")), "Table")
        raise WrongInputError(f"{name} is a {tier} table: only Computed and Imported tables are populated.")
    if not _is_named(found):
        raise WrongInputError(f"{name} belongs to no schema: it lacks @schema, or its schema is not activated.")
    if not _has_make(found):
        raise WrongInputError(f"{name} has no make method, so there is nothing to run.")


def _has_make(table: Untyped) -> bool:
    from datajoint.autopopulate import AutoPopulate

    return hasattr(table, "_make_tuples") or table.make is not AutoPopulate.make or _is_tripartite(table)


def _is_tripartite(table: Untyped) -> bool:
    return all(hasattr(table, name) for name in ("make_fetch", "make_compute", "make_insert"))
