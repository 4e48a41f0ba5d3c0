"""How does one process of a pool work? It computes the keys that come through its pipe."""

import os
import signal
import sys
from functools import partial
from multiprocessing.connection import Connection

from jobs.worker.compute import Work, compute
from jobs.worker.dj.compat import Untyped
from jobs.worker.dj.connecting import connect, wait_for_reservations
from jobs.worker.options import Options
from jobs.worker.outcomes import InterruptedRunError, KeyDict, StoppedError, WrongInputError
from jobs.worker.reservations.schema_wide import Reservations
from jobs.worker.script import become_script_of_pool, end_as_script
from jobs.worker.signals import Signals
from jobs.worker.tables import wait_for_tables
from jobs.worker.watchdog import KILLED_BY
from jobsite.lab.address import LabServer

HELLO, READY = "hello", "ready"


def work(pipe: Connection, current: Untyped, lab: LabServer, options: Options) -> None:
    """Be a process of the pool: compute the batches that come through `pipe` until it closes.

    `current` is memory shared with the parent: the place in its batch of the key that is in make, -1 before any.
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
        connect(lab)
        _work_on_batches(pipe, current, options, signals)
    except (EOFError, OSError):  # the parent has closed the pipe, or is gone
        return 0
    except (WrongInputError, StoppedError) as error:
        pipe.send(f"Worker process {os.getpid()} stopped: {error}")
        return 1
    except (KeyboardInterrupt, SystemExit, InterruptedRunError):
        return KILLED_BY + (signals.received or signal.SIGTERM)
    return 0


def _set_current(current: Untyped, places: dict[int, int], key: KeyDict) -> None:
    current.value = places[id(key)]


def _work_on_batches(pipe: Connection, current: Untyped, options: Options, signals: Signals) -> None:
    found: dict[str, Untyped] = {}
    tables: dict[str, tuple[Untyped, Reservations]] = {}
    while True:
        pipe.send(READY)
        name, keys = pipe.recv()
        places = {id(key): place for place, key in enumerate(keys)}
        if name not in tables:
            found = found or wait_for_tables(options, signals)
            if name not in found:
                raise WrongInputError(f"{name} is not there any more: the lab's code has changed since the run began.")
            tables[name] = found[name], wait_for_reservations(found[name], options, signals)
        table, reservations = tables[name]
        try:
            compute(
                Work(table, keys, options, signals, reservations, pipe.send, partial(_set_current, current, places))
            )
        except StoppedError as stopped:
            if str(stopped):
                raise  # else it is --stop-on-error, and the parent has heard of the failure
