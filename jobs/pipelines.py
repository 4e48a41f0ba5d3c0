"""Which table does `lab.ephys.Spikes` mean? Start DataJoint on the lab's server, import the module, find the table.

DataJoint takes two seconds to import and may not be installed where only the site runs: it is imported when a run
begins, not when the site's commands are listed.
"""

import difflib
import importlib
import logging
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType

from jobs.interrupts import SIGTERM_RECEIVED
from jobs.outcomes import Options, Untyped, WrongInputError, said
from jobs.reservations import Reservations, SchemaWide, Unreserved
from jobsite.lab import LabServer
from jobsite.refusals import OTHER_SENTENCE, SENTENCES

KNOWN_VERSION = "0.14."
NO_TLS = 2026  # PyMySQL >= 1.2 insists on TLS where DataJoint 0.14.10 only prefers it
SUGGESTIONS = 3


def connect(lab: LabServer) -> None:
    """Start DataJoint on the lab's server, before any pipeline is imported, so that both use the same one.

    Raises WrongInputError when DataJoint is missing, no server is named, or it does not let us in.
    """
    if lab.problem:
        raise WrongInputError(lab.problem)
    dj = _import_datajoint()
    dj.config["database.host"] = lab.host
    dj.config["database.port"] = lab.port  # DataJoint 0.14 does not know DJ_PORT
    dj.config["database.user"] = lab.user
    dj.config["database.password"] = lab.password  # '' and not None: DataJoint would ask for it on the terminal
    # DataJoint's own settings file may hold a dict of certificates where `lab` says True.
    if not isinstance(dj.config["database.use_tls"], dict):
        dj.config["database.use_tls"] = lab.use_tls
    _open_connection(dj, lab)


def find_table(name: str) -> Untyped:
    """Return an instance of the auto-populated table that a dotted name means: `package.module.Table`.

    Raises WrongInputError with the one sentence that helps when there is no such module or table, or it has no make.
    """
    module_name, _, class_name = name.rpartition(".")
    if not module_name or not all(part.isidentifier() for part in name.split(".")):
        raise WrongInputError(f"“{name}” is not a table: write it as module.Table, such as lab.ephys.Spikes.")
    module = _import_pipeline(module_name)
    found = getattr(module, class_name, None)
    if found is None:
        raise WrongInputError(f"{module_name} has no table {class_name}.{_near_misses(module, class_name)}")
    _check(found, name)
    return found()


def reservations_of(table: Untyped, options: Options) -> Reservations:
    """Return the jobs table of the table's schema, which DataJoint makes when it is not there yet."""
    if not options.reserve:
        return Unreserved()
    from datajoint import blob, config

    def pack(value: object) -> bytes:
        with config(enable_python_native_blobs=True):  # as DataJoint packs what it writes there (0.14.10, jobs.py)
            packed: bytes = blob.pack(value)
        return packed

    target = table.target
    table.connection.schemas[target.database].jobs  # noqa: B018  declares ~jobs
    return SchemaWide(table.connection, target.database, target.table_name, pack)


def _import_datajoint() -> ModuleType:
    logging.getLogger("datajoint").addFilter(_worth_telling)
    try:
        dj = importlib.import_module("datajoint")
    except ModuleNotFoundError as error:
        raise WrongInputError(
            f"populate needs DataJoint, and {error.name} is not installed here: pip install 'datajoint==0.14.*'"
        ) from None
    except Exception as error:  # its settings file is read on import
        raise WrongInputError(f"DataJoint does not start: {said(error)}") from None
    if not dj.__version__.startswith(KNOWN_VERSION):
        raise WrongInputError(f"populate knows DataJoint {KNOWN_VERSION}x, and {dj.__version__} is installed here.")
    return dj


def _worth_telling(record: logging.LogRecord) -> bool:
    """Keep what the pipeline says through `dj.logger`, and DataJoint's warnings; not its greetings and repetitions."""
    if Path(record.pathname).parent.name != "datajoint":
        return True
    return record.levelno >= logging.WARNING and record.module != "autopopulate"


def _open_connection(dj: Untyped, lab: LabServer) -> None:
    try:
        try:
            dj.conn()
        except Exception as error:
            if lab.use_tls is not None or _number(error) != NO_TLS:
                raise
            dj.config["database.use_tls"] = False
            dj.conn()
    except Exception as error:
        raise WrongInputError(refusal(error, lab)) from None


def refusal(error: BaseException, lab: LabServer) -> str:
    """Return in one sentence why the server let us not in; `error` is PyMySQL's or DataJoint's."""
    text = str(error.args[1] if len(error.args) > 1 else error).rstrip(".")
    return SENTENCES.get(_number(error), OTHER_SENTENCE).format(lab=lab.name, user=lab.user, said=text)


def _number(error: BaseException) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _import_pipeline(name: str) -> ModuleType:
    _look_in_current_directory()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            looked = "neither in the current directory nor on the Python path"
            raise WrongInputError(f"There is no module {error.name}: it is {looked}.") from None
        reason = f"it needs the module {error.name}, which is not there" if error.name else said(error)
        raise WrongInputError(f"{name} could not be imported: {reason} ({_where(error)}).") from None
    except (Exception, SystemExit) as error:
        if str(error) == SIGTERM_RECEIVED:
            raise
        raise WrongInputError(f"{name} could not be imported: {said(error)} ({_where(error)}).") from None


def _look_in_current_directory() -> None:
    """Put the current directory on the path, behind the site's own: `jobs` must go on meaning this package."""
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(1, here)


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
    if not (hasattr(found, "_make_tuples") or found.make is not AutoPopulate.make or _is_tripartite(found)):
        raise WrongInputError(f"{name} has no make method, so there is nothing to run.")


def _is_tripartite(table: Untyped) -> bool:
    return all(hasattr(table, name) for name in ("make_fetch", "make_compute", "make_insert"))
