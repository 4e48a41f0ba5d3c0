"""How a command ends: with an exit status, and a sentence that is so."""

import errno
import os
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from jobsite.terminal.ending import end_with_status_of
from tests.jobs.terminal.commands import run


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "ca.pem"), "No such file or directory: ca.pem."),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "key.txt"), "No space left on device: key.txt."),
        (ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)), "Connection refused."),
    ],
)
def test_what_is_not_about_the_output_is_not_said_to_be(error: OSError, sentence: str) -> None:
    def fail() -> int:
        raise error

    with pytest.raises(CommandError) as raised:
        end_with_status_of(fail)
    assert (str(raised.value), raised.value.returncode) == (sentence, 1)


def test_ctrl_c_while_django_starts_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text("raise KeyboardInterrupt\n")
    done = run("jobs", DJANGO_SETTINGS_MODULE="interrupted", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nEnded by Ctrl-C.\n")
