"""Which processes run on this machine."""

import os
import platform
import subprocess

import pytest

from jobs.listing.this_machine import runs_here

HERE = platform.node()


@pytest.mark.parametrize("parent", [False, True])
def test_a_process_that_runs_is_here(parent: bool) -> None:
    assert runs_here(HERE, os.getppid() if parent else os.getpid())


@pytest.mark.parametrize("pid", [0, -1, 2**32 - 1, 2**63])
def test_a_number_of_no_process_does_not(pid: int) -> None:
    assert not runs_here(HERE, pid)


def test_another_machine_s_process_is_not_here() -> None:
    assert not runs_here(f"{HERE}x", os.getpid())


def test_a_process_that_has_ended_and_is_not_waited_for_does_not_run() -> None:
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert not runs_here(HERE, ended.pid)
    ended.wait()
