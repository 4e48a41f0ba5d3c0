"""The lab's server speaks TLS by the lab's own CA: with the documented settings file, all works by clicks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jobsite.demo.server import Server
from tests.browser.screens import Connections, Jobs
from tests.browser.site import Site
from tests.browser.visits import Visits
from tests.certificates import Authority
from tests.lab import LIGHT, ROOT, eventually

pytestmark = pytest.mark.browser

ACCOUNT = {"database.user": "jobsite", "database.password": "pw"}
FAIL_ONCE = """
from tests import pipeline
pipeline.Recording.insert([{"subject": "m1", "session": 1, "behaviour": "value"}])
pipeline.Score.populate(reserve_jobs=True, suppress_errors=True)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A MariaDB with a certificate of the lab's CA, and an account that must come encrypted."""
    authority = Authority(tmp_path, "lab-ca")
    pem, key = authority.sign("right")
    options = [f"--ssl-ca={authority.pem}", f"--ssl-cert={pem}", f"--ssl-key={key}"]
    server = Server(tmp_path / "server", options=options)
    server.start()
    with closing(as_root(server)) as root:
        root.query("CREATE DATABASE lab_tls")
        root.query("CREATE USER jobsite@'%' IDENTIFIED BY 'pw' REQUIRE SSL")
        root.query("GRANT ALL ON *.* TO jobsite@'%'")
    yield server
    server.stop()


def as_root(server: Server) -> Any:
    """Connect without TLS, as the account that may do everything."""
    import MySQLdb

    return MySQLdb.connect(host="127.0.0.1", port=server.port, user="root", autocommit=True)


def documented_settings(server: Server, folder: Path) -> str:
    """Return the settings file of docs/admin.md for this server."""
    page = (ROOT / "docs" / "admin.md").read_text(encoding="utf-8")
    (block,) = (found for found in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if "use_tls" in found)
    found = json.loads(block.replace("/etc/ssl/lab-ca.pem", str(folder / "lab-ca.pem")))
    assert found.keys() == {"database.host", "database.use_tls", *ACCOUNT}
    return json.dumps({**found, **ACCOUNT, "database.host": f"127.0.0.1:{server.port}"})


def test_somebody_logs_in_filters_clears_and_kills_by_tls(visit: Visits, server: Server, tmp_path: Path) -> None:
    (tmp_path / ".datajoint_config.json").write_text(documented_settings(server, tmp_path))
    home = {**dict.fromkeys(("DJ_HOST", "DJ_PORT", "DJ_USER", "DJ_PASS", "DJ_USE_TLS"), ""), "HOME": str(tmp_path)}
    worker = {name: value for name, value in os.environ.items() if not name.startswith("DJ_")}
    environ = {**worker, "HOME": str(tmp_path), "TEST_SCHEMA": "lab_tls", "TEST_GATE": "", **LIGHT}
    subprocess.run([sys.executable, "-c", FAIL_ONCE], cwd=ROOT, env=environ, check=True, capture_output=True)

    with closing(as_root(server)) as idle, Site(tmp_path, **home).prepare() as site:
        page = visit.afresh(site=site)
        jobs = Jobs(page)
        jobs.open()
        jobs.log_in("ada")
        jobs.box("message").press_sequentially("empty")
        expect(jobs.says).to_contain_text("with a message containing “empty”")
        jobs.clear("m1")

        connections = Connections(page)
        connections.open("user=root")
        thread = idle.thread_id()
        connections.ask_to_kill(thread)
        connections.danger.click()
        expect(connections.result).to_contain_text("gone")

    with closing(as_root(server)) as root:
        asked = f"SELECT 1 FROM information_schema.processlist WHERE id = {thread}"
        eventually(lambda: not _rows(root, asked), "the killed connection to end")
        assert _rows(root, "SELECT * FROM lab_tls.`~jobs`") == ()


def _rows(driver: Any, statement: str) -> Any:
    with driver.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
