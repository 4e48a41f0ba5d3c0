"""Which tables do `lab.ephys.Spikes` or a whole `lab.ephys` mean? Find them, and put them in order."""

import difflib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType

from jobs.worker.dj.compat import Untyped, has_older_make
from jobs.worker.errors import format_error
from jobs.worker.importing import LOOKED, NothingThereError, import_pipeline, is_absent, resolve
from jobs.worker.options import Options
from jobs.worker.outcomes import WrongInputError
from jobs.worker.retry import retry_until_available
from jobs.worker.shadowing import refusing_shadowed
from jobs.worker.signals import Signals

SUGGESTIONS = 3


def wait_for_tables(options: Options, signals: Signals) -> dict[str, Untyped]:
    """Do as `find_tables` once the server takes writes: pipelines declare their tables and fill their lookup tables.

    A signal ends the waiting: KeyboardInterrupt or SystemExit.
    """
    try:
        return retry_until_available(lambda: find_tables(options), signals)
    except WrongInputError:
        raise
    except Exception:  # refused, and a signal ended the waiting
        signals.raise_received()
        raise


def find_tables(options: Options) -> dict[str, Untyped]:
    """Return instances of the auto-populated tables that the options name, by name.

    A name is `package.module.Table`, or `package.module` for the tables of the module: first those it defines, then
    those of the modules it holds. A table that is reached by two names is returned once, by the first. All names are
    imported before any table is looked at: a workflow activates the schemas of an element, wherever it is named.

    Raises WrongInputError with the one sentence that helps, and the server's own error where an import writes and the
    server takes no writes: it can be tried again.
    """
    with refusing_shadowed([*options.imports, *options.tables]):
        for module in options.imports:
            _check_name(module, "a module", "workflow.pipeline")
            import_pipeline(module)
        meant = {name: _meant_by(name) for name in options.tables}
    found, seen = dict[str, Untyped](), set[str]()
    for name, table in ((name, table) for asked, value in meant.items() for name, table in _tables_of(asked, value)):
        if table.full_table_name not in seen:
            seen.add(table.full_table_name)
            found[name] = table()
    return found


def in_dependency_order(tables: Mapping[str, Untyped]) -> dict[str, Untyped]:
    """Return the tables, each after those that it depends on; others keep the order given. Raises WrongInputError."""
    if len(tables) == 1:
        return dict(tables)
    graph = next(iter(tables.values())).connection.dependencies
    try:
        graph.load()
        needed = {name: set(_ancestors(graph, table.target.full_table_name)) for name, table in tables.items()}
    except Exception as error:  # the server's or DataJoint's
        raise WrongInputError(f"The dependencies of the tables could not be read: {format_error(error)}.") from None
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


def _check_name(name: str, kind: str, example: str) -> None:
    if not all(part.isidentifier() for part in name.split(".")):
        raise WrongInputError(f"“{name}” is not {kind}: write it as {example}.")


def _meant_by(name: str) -> Untyped:
    """Return the table class or the module that a person means."""
    _check_name(name, "a table", "module.Table, such as lab.ephys.Spikes")
    try:
        return resolve(name)
    except NothingThereError as nothing:
        raise WrongInputError(f"{nothing.path} has no table {nothing.missing}.{_near_misses(nothing)}") from None
    except WrongInputError as error:
        if "." in name or not is_absent(error, name):
            raise
        raise WrongInputError(f"There is no module {name}: {LOOKED}. A table is written as module.Table.") from None


def _tables_of(name: str, value: Untyped) -> Iterator[tuple[str, Untyped]]:
    if not isinstance(value, ModuleType):
        _check(value, name)
        yield name, value
        return
    found = list(_all_of(value, name, set()))
    if not found:
        raise WrongInputError(_why_no_table(value, name))
    yield from found


def _all_of(module: ModuleType, name: str, seen: set[ModuleType]) -> Iterator[tuple[str, Untyped]]:
    """Yield what a module defines, then what the modules that it holds define."""
    seen.add(module)
    for attribute, value in list(vars(module).items()):
        if _is_own(value, module) and _is_populated(value) and _has_make(value):
            yield f"{name}.{attribute}", value
    for attribute, value in list(vars(module).items()):
        if isinstance(value, ModuleType) and value not in seen and _is_below(value, module):
            yield from _all_of(value, f"{name}.{attribute}", seen)


def _is_own(value: Untyped, module: ModuleType) -> bool:
    return _is_table(value) and f"{value.__module__}.".startswith(f"{module.__name__}.")


def _is_below(inner: ModuleType, module: ModuleType) -> bool:
    """Say whether `inner` is a module of a pipeline, and not the workflow that the element `module` is linked to.

    A workflow activates an element with what it holds itself (`add_objects=linking_module.__dict__`).
    """
    linked = any((schema.add_objects or {}).get("__name__") == inner.__name__ for schema in _schemas_in(module))
    return not linked and any(_schemas_in(inner))


def _schemas_in(module: ModuleType) -> Iterator[Untyped]:
    """Yield the schemas that a module holds; DataJoint itself holds none, nor does numpy."""
    from datajoint.schemas import Schema

    yield from (value for value in list(vars(module).values()) if isinstance(value, Schema))


def _why_no_table(module: ModuleType, name: str) -> str:
    if _is_virtual(module):
        return f"{name} is a virtual module, which has no make: name the module in which its make is written."
    if any(_is_own(value, module) and _waits_for_activation(value) for value in vars(module).values()):
        return f"The schema of {name} is not activated: add --import and the module that activates it."
    return f"{name} defines no auto-populated table."


def _is_virtual(module: ModuleType) -> bool:
    from datajoint.schemas import VirtualModule

    return isinstance(module, VirtualModule)


def _waits_for_activation(table: Untyped) -> bool:
    """Say whether the class is bound to a schema that nobody has activated yet (0.14.10, schemas.py: declare_list)."""
    schemas = _schemas_in(sys.modules.get(table.__module__, sys))
    waiting = (declared for schema in schemas for declared, _ in schema.declare_list)
    return not _is_named(table) and any(declared is table for declared in waiting)


def _near_misses(nothing: NothingThereError) -> str:
    names = sorted(name for name, value in vars(nothing.holder).items() if _is_populated(value))
    if isinstance(nothing.holder, ModuleType):
        prefix = f"{nothing.path}."
        names += [
            name
            for full, _ in _all_of(nothing.holder, nothing.path, set())
            if (name := full.removeprefix(prefix)) not in names
        ]
    by_lower = {name.rpartition(".")[2].lower(): name for name in reversed(names)}
    near = [by_lower[name] for name in difflib.get_close_matches(nothing.missing.lower(), by_lower, SUGGESTIONS)]
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
    if _waits_for_activation(found):
        raise WrongInputError(
            f"{name} belongs to no schema yet: add --import and the module that activates its schema, such as"
            " --import workflow.pipeline."
        )
    if not _is_named(found):
        raise WrongInputError(f"{name} belongs to no schema: it lacks @schema.")
    if _is_spawned(found):
        raise WrongInputError(f"{name} is of a virtual module, which has no make: name the class that has it.")
    if not _has_make(found):
        raise WrongInputError(f"{name} has no make method, so there is nothing to run.")


def _is_spawned(table: Untyped) -> bool:
    """Say whether DataJoint made the class from a table of the server (0.14.10, schemas.py: spawn_missing_classes)."""
    return str(table.__module__).startswith("datajoint.") and not _has_make(table)


def _has_make(table: Untyped) -> bool:
    from datajoint.autopopulate import AutoPopulate

    return has_older_make(table) or table.make is not AutoPopulate.make or _is_tripartite(table)


def _is_tripartite(table: Untyped) -> bool:
    return all(hasattr(table, name) for name in ("make_fetch", "make_compute", "make_insert"))
