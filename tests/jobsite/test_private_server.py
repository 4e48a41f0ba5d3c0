"""The private server of the demo and the tests starts also on a machine that is set up poorly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import ROOT

START = "from pathlib import Path; from jobsite.demo.server import Server; import sys; s = Server(Path(sys.argv[1])); "
HIDDEN = "mount --bind {empty} /etc/hosts && mount --bind {names} /etc/nsswitch.conf && exec "


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root can hide a file from a process")
def test_it_starts_where_no_file_says_who_localhost_is(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "names").write_text("hosts: files\n")
    start = [sys.executable, "-c", START + "s.start(); s.stop()", str(tmp_path / "server")]
    hide = HIDDEN.format(empty=tmp_path / "empty", names=tmp_path / "names")
    command = ["unshare", "--mount", "sh", "-c", f'{hide} "$@"', "sh", *start]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
