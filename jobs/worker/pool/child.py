"""How does one process of a pool work? It computes the keys that come through its pipe."""

import os
import signal
import sys
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Connection

from jobs.worker.compute import compute
from jobs.worker.context import TableContext
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import connect
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, StoppedError, WrongInputError
from jobs.worker.reservations.factory import wait_for_reservations
from jobs.worker.script import become_script_of_pool, end_as_script
from jobs.worker.signals import Signals
from jobs.worker.tables import wait_for_tables
from jobs.worker.watchdog import KILLED_BY
from jobsite.lab.address import LabServer

HELLO, READY = "hello", "ready"


def work(pipe: Connection, current: Untyped, lab: LabServer, options: Options) -> None:
    """Be a process of the pool: compute the batches that come through `pipe` until it closes.

    `current` is memory shared with the parent: the number in its batch of the key that is in make, -1 before any.
    """
    become_script_of_pool()
    _seed_random()
    os.setsid()  # Ctrl-C on the terminal comes through the parent, once
    status = _work(pipe, current, lab, options)
    end_as_script()
    sys.exit(status)


def _seed_random() -> None:
    """Draw random numbers of our own: numpy's were seeded before the fork, and every process's would be the same."""
    import numpy

    numpy.random.seed()


def _work(pipe: Connection, current: Untyped, lab: LabServer, options: Options) -> int:
    signals = Signals(announces=False)
    signals.install()
    try:
        pipe.send(HELLO)
        connect(lab, signals)
        _work_on_batches(pipe, current, options, signals)
    except (EOFError, OSError):  # the parent has closed the pipe, or is gone
        return 0
    except (WrongInputError, StoppedError) as error:
        pipe.send(f"Worker process {os.getpid()} stopped: {error}")
        return 1
    except (KeyboardInterrupt, SystemExit, InterruptedRunError):
        return KILLED_BY + (signals.received or signal.SIGTERM)
    return 0


def _work_on_batches(pipe: Connection, current: Untyped, options: Options, signals: Signals) -> None:
    tables: dict[str, Untyped] = {}
    contexts: dict[str, TableContext] = {}
    on_start = partial(setattr, current, "value")
    while True:
        pipe.send(READY)
        name, keys = pipe.recv()
        if name not in contexts:
            tables = tables or wait_for_tables(options, signals)
            table = _table_of(tables, name)
            reservations = wait_for_reservations(table, options, signals)
            contexts[name] = TableContext(table, options, signals, reservations, pipe.send, on_start)
        try:
            compute(contexts[name], keys)
        except StoppedError as stopped:
            if str(stopped):
                raise  # else it is --stop-on-error, and the parent has heard of the failure


def _table_of(tables: Mapping[str, Untyped], name: str) -> Untyped:
    if name not in tables:
        raise WrongInputError(f"{name} is not there any more: the lab's code has changed since the run began.")
    return tables[name]
