"""What docs/admin.md says of systemd is what systemd and the site understand."""

import re
import shlex
import shutil
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.jobsite.conftest import Home
from tests.jobsite.serving.test_serve import Served
from tests.lab import ROOT

(UNIT,) = re.findall(r"```ini\n(.*?)```", (ROOT / "docs" / "admin.md").read_text(encoding="utf-8"), re.DOTALL)


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "jobsite.service"
    # Its program has to be there.
    unit.write_text(UNIT.replace("/srv/jobsite/.venv/bin/python", "/bin/sh"), encoding="utf-8")
    command = [program, "verify", "--man=no", str(unit)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, [line for line in found.stderr.splitlines() if "jobsite" in line]) == (0, [])


def test_the_unit_starts_the_command_without_options() -> None:
    (started,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    assert shlex.split(started)[1:] == ["/srv/jobsite/manage.py", "serve"]


def test_systemd_is_told_that_the_site_is_ready(home_of_a_site: Home, tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        with Served(home_of_a_site, NOTIFY_SOCKET=str(tmp_path / "notify")):
            assert "READY=1" in systemd.recv(1024).decode().splitlines()
