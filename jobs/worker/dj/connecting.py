"""How does a worker connect to the lab's server? DataJoint is imported, configured, and connected.

DataJoint takes two seconds to import and may not be installed where only the site runs: it is imported when a run
begins, not when the site's commands are listed.
"""

import importlib
import json
import logging
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType

from jobs.cluster.this_job import ThisJob, current_job
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connection import ConnectionIdentity
from jobs.worker.errors import format_error
from jobs.worker.outcomes import WrongInputError
from jobs.worker.retry import retry_while_full
from jobs.worker.signals import Signals
from jobsite.lab.address import LabServer
from jobsite.lab.errors import NO_ENCRYPTION, error_number, sentence

SETTINGS = ("database.host", "database.port", "database.user", "database.password", "database.use_tls")
KNOWN_VERSION = "0.14."


def connect(lab: LabServer, signals: Signals) -> None:
    """Start DataJoint on the lab's server, before any pipeline is imported, so that both use the same one.

    While the server has no connection left, this waits; `signals` end the waiting.
    Raises WrongInputError when DataJoint is missing, no server is named, or it does not let us in.
    """
    if lab.problem:
        raise WrongInputError(lab.problem)
    with _without_greetings():
        dj = _import_datajoint()
        own = {name: dj.config[name] for name in SETTINGS}
        _configure(dj, lab)
        _open_connection(dj, lab, signals)
    os.environ.update(_for_children(own, dj.config))


def _configure(dj: Untyped, lab: LabServer) -> None:
    dj.config["database.host"] = lab.host
    dj.config["database.port"] = lab.port  # DataJoint 0.14 does not know DJ_PORT
    dj.config["database.user"] = lab.user
    dj.config["database.password"] = lab.password  # '' and not None: DataJoint would ask for it on the terminal
    dj.config["database.use_tls"] = lab.use_tls


def _for_children(own: Mapping[str, Untyped], used: Mapping[str, Untyped]) -> dict[str, str]:
    """Return the variables by which DataJoint in a process that make starts finds the server that is `used` here.

    `own` are the settings that it finds without them. It reads no port but in the host, and no DJ_USE_TLS (0.14.10,
    settings.py): processes of multiprocessing have that from `jobs.worker.main`.
    """
    found: dict[str, str] = {}
    host, _, port = str(own["database.host"]).partition(":")
    if (host, int(port or own["database.port"])) != (used["database.host"], used["database.port"]):
        found["DJ_HOST"] = f"{used['database.host']}:{used['database.port']}"
    for name, setting in (("DJ_USER", "database.user"), ("DJ_PASS", "database.password")):
        if own[setting] != used[setting]:
            found[name] = used[setting]
    if own["database.use_tls"] != used["database.use_tls"]:
        use_tls = used["database.use_tls"]
        found["DJ_USE_TLS"] = json.dumps(use_tls) if isinstance(use_tls, dict) else "1" if use_tls else "0"
    return found


def connected(table: Untyped) -> Untyped:
    """Return the table, over a connection that is open. Raises the driver's error."""
    if not table.connection.is_connected:
        table.connection.connect()
    return table


def reconnect(table: Untyped) -> None:
    """Open a new connection, perhaps to another server of the same name. Raises the driver's error."""
    if table.connection.is_connected:
        table.connection.close()
    table.connection.connect()


def _import_datajoint() -> ModuleType:
    try:
        dj = importlib.import_module("datajoint")
    except ModuleNotFoundError as error:
        raise WrongInputError(
            f"populate needs DataJoint, and {error.name} is not installed here: pip install 'datajoint==0.14.*'"
        ) from None
    except Exception as error:  # its settings file is read on import
        raise WrongInputError(f"DataJoint does not start: {format_error(error)}") from None
    if not dj.__version__.startswith(KNOWN_VERSION):
        raise WrongInputError(
            f"populate works with DataJoint {KNOWN_VERSION}x, but {dj.__version__} is installed here."
        )
    return dj


@contextmanager
def _without_greetings() -> Iterator[None]:
    """Leave out what DataJoint says of its start; what it says while the lab's code runs is the lab's."""
    logger = logging.getLogger("datajoint")
    logger.addFilter(_worth_telling)
    try:
        yield
    finally:
        logger.removeFilter(_worth_telling)


def _worth_telling(record: logging.LogRecord) -> bool:
    """Keep what the pipeline says through `dj.logger`, and DataJoint's warnings; not its greetings and repetitions."""
    if Path(record.pathname).parent.name != "datajoint":
        return True
    return record.levelno >= logging.WARNING and record.module != "autopopulate"


def _open_connection(dj: Untyped, lab: LabServer, signals: Signals) -> None:
    try:
        retry_while_full(partial(_connect, dj, lab), signals)
    except Exception as error:
        raise WrongInputError(connect_refusal(error, lab)) from None


def _connect(dj: Untyped, lab: LabServer) -> None:
    try:
        dj.conn()
    except Exception as error:
        # PyMySQL >= 1.2 insists on TLS where DataJoint 0.14.10 only prefers it.
        if lab.use_tls is not None or error_number(error) != NO_ENCRYPTION:
            raise
        dj.config["database.use_tls"] = False
        dj.conn()
    _name_program(dj.conn(), current_job())


def _name_program(connection: Untyped, job: ThisJob | None) -> None:
    """Let the server show which job of a cluster this is, also after DataJoint has connected again.

    MySQL manual, "Performance Schema Connection Attribute Tables": program_name is what a program calls itself.
    """
    if job is None or "://" in connection.conn_info["host_input"]:  # a plugin of DataJoint's connects in its own way
        return
    connection.conn_info["program_name"] = f"populate {job.name}"
    if connection.is_connected:  # not when somebody else took the place of the first one
        connection.close()
    connection.connect()


def say_who_this_is(job: ThisJob) -> str:
    """Return the first line of a log: the job of a cluster, and where this process and its connection are found."""
    import datajoint as dj

    connection_id, _ = ConnectionIdentity(dj.conn()).who()
    return f"{job.name}: host {platform.node()}, pid {os.getpid()}, connection {connection_id}."


def connect_refusal(error: BaseException, lab: LabServer) -> str:
    """Return in one sentence why the server refused the connection; `error` is PyMySQL's or DataJoint's."""
    return sentence(error, lab.name, lab.user, lab.places)
