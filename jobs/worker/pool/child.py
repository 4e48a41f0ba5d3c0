"""How does one process of a crew work? It computes the keys that come through its pipe."""

import os
import signal
import sys
from functools import partial
from multiprocessing.connection import Connection

from jobs.worker.compute import Work, compute
from jobs.worker.dj.connecting import connect, wait_for_reservations
from jobs.worker.outcomes import InterruptedRunError, Key, Options, StoppedError, Untyped, WrongInputError
from jobs.worker.reservations.schema_wide import Reservations
from jobs.worker.script import become_script_of_pool, end_as_script
from jobs.worker.signals import Interrupts
from jobs.worker.tables import wait_for_tables
from jobs.worker.watchdog import KILLED_BY
from jobsite.lab.address import LabServer

HELLO, READY = "hello", "ready"


def work(pipe: Connection, at: Untyped, lab: LabServer, options: Options) -> None:
    """Be a member: compute the shares that come through `pipe` until it closes.

    `at` is memory shared with the one that deals: the place in its share of the key that is in make, -1 before any.
    """
    become_script_of_pool()
    _share_no_chance()
    os.setsid()  # Ctrl-C on the terminal comes through the one that deals, once
    status = _work(pipe, at, lab, options)
    end_as_script()
    sys.exit(status)


def _share_no_chance() -> None:
    """Draw random numbers of our own: numpy's were seeded before the fork, and every member's would be the same."""
    import numpy

    numpy.random.seed()


def _work(pipe: Connection, at: Untyped, lab: LabServer, options: Options) -> int:
    interrupts = Interrupts(says=False)
    interrupts.install()
    try:
        pipe.send(HELLO)
        connect(lab)
        _work_on_shares(pipe, at, options, interrupts)
    except (EOFError, OSError):  # let go, or the one that deals is gone
        return 0
    except (WrongInputError, StoppedError) as error:
        pipe.send(f"Worker process {os.getpid()} stopped: {error}")
        return 1
    except (KeyboardInterrupt, SystemExit, InterruptedRunError):
        return KILLED_BY + (interrupts.received or signal.SIGTERM)
    return 0


def _mark(at: Untyped, places: dict[int, int], key: Key) -> None:
    at.value = places[id(key)]


def _work_on_shares(pipe: Connection, at: Untyped, options: Options, interrupts: Interrupts) -> None:
    found: dict[str, Untyped] = {}
    tables: dict[str, tuple[Untyped, Reservations]] = {}
    while True:
        pipe.send(READY)
        name, keys = pipe.recv()
        places = {id(key): place for place, key in enumerate(keys)}
        if name not in tables:
            found = found or wait_for_tables(options, interrupts)
            if name not in found:
                raise WrongInputError(f"{name} is not there any more: the lab's code has changed since the run began.")
            tables[name] = found[name], wait_for_reservations(found[name], options, interrupts)
        table, reservations = tables[name]
        try:
            compute(Work(table, keys, options, interrupts, reservations, pipe.send, partial(_mark, at, places)))
        except StoppedError as stopped:
            if str(stopped):
                raise  # else it is --stop-on-error, and the one that deals has heard of the failure
