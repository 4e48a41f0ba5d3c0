"""The fast ring is what it says: no server, no DataJoint, no Django."""

import os
import subprocess
import sys

from tests.fast import FAST, TESTS
from tests.lab import ROOT

RUN = """
import sys
import pytest
status = pytest.main(["-q", "-n", "0", "-m", "fast", "-p", "no:cacheprovider"])
from tests.server import SERVER
print(int(status), SERVER.server, sorted({"datajoint", "pymysql", "MySQLdb", "django"} & set(sys.modules)))
"""


def test_the_fast_ring_starts_no_server_and_imports_no_datajoint() -> None:
    run = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
    said = subprocess.run([sys.executable, "-c", RUN], cwd=ROOT, env=run, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "0 None []", said.stdout


def test_each_place_of_the_fast_ring_is_there() -> None:
    assert [place for place in FAST if not (TESTS / place).exists()] == []
