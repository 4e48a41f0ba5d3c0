"""`manage.py doctor`, as an admin runs it after creating the site's account."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.jobs.layouts.test_indexes import fill
from tests.jobs.locking import locked_by_bob
from tests.jobs.older import SHAPES, declare
from tests.jobs.planting import Planted
from tests.lab import ROOT, Lab
from tests.server import EVERY_SCHEMA, SERVER, SITE


def doctor(**environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, at a site whose database has been migrated."""
    assert migrate().returncode == 0, migrate().stderr
    return manage("doctor", **environ)


@cache
def migrate() -> subprocess.CompletedProcess[str]:
    """Make the site's own database, once."""
    return manage("migrate", "--verbosity", "0")


def manage(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` as a shell would."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **SERVER.site_environ(), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_doctor_finds_nothing_missing_when_the_grants_are_there(failed_jobs: str) -> None:
    found = doctor()
    assert found.returncode == 0, found.stderr
    assert "missing" not in found.stdout
    assert failed_jobs in found.stdout


def test_the_doctor_says_that_the_site_s_own_database_was_not_migrated(failed_jobs: str, tmp_path: Path) -> None:
    found = doctor(JOBSITE_HOME=str(tmp_path))
    missing = "the tables of the site's own record, without which nothing is cleared or killed: run manage.py migrate"
    record, others = (line for line in found.stdout.splitlines() if line.startswith("missing"))
    assert record == f"missing  {missing}"
    assert {"accounts", "auth", "seen", "sessions"} <= set(re.findall(r"\w+", others))
    assert found.returncode == 1


def test_the_doctor_names_what_an_update_has_brought_and_nobody_has_migrated(failed_jobs: str, tmp_path: Path) -> None:
    for arguments in ([], ["seen", "zero"], ["accounts", "0002"]):
        assert manage("migrate", *arguments, "--verbosity", "0", JOBSITE_HOME=str(tmp_path)).returncode == 0
    found = doctor(JOBSITE_HOME=str(tmp_path))
    (line,) = (line for line in found.stdout.splitlines() if line.startswith("missing"))
    assert line == "missing  tables of the site's own database, those of accounts, seen: run manage.py migrate"
    assert found.returncode == 1


def test_the_doctor_says_that_the_site_s_own_database_cannot_be_read(failed_jobs: str, tmp_path: Path) -> None:
    (tmp_path / "site.sqlite3").write_text("no database")
    (line,) = [line for line in doctor(JOBSITE_HOME=str(tmp_path)).stdout.splitlines() if line.startswith("missing")]
    assert line == "missing  The site's own database cannot be read: file is not a database."


def test_the_doctor_names_the_grant_that_is_missing(failed_jobs: str) -> None:
    SERVER.sql(f"REVOKE PROCESS ON *.* FROM '{SITE}'@'%'")
    try:
        found = doctor()
    finally:
        SERVER.sql(f"GRANT PROCESS ON *.* TO '{SITE}'@'%'")
    assert f"missing  GRANT PROCESS ON *.* TO '{SITE}'@'%';" in found.stdout.splitlines()
    assert found.returncode == 1


def test_the_doctor_names_the_jobs_that_cannot_be_cleared(failed_jobs: str) -> None:
    with SERVER.without("DELETE", on=EVERY_SCHEMA):
        found = doctor()
    assert f"missing  GRANT DELETE ON `{failed_jobs}`.`~jobs` TO '{SITE}'@'%';" in found.stdout.splitlines()
    assert found.returncode == 1


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        ("INSERT, UPDATE", "It may ignore the jobs of {schema}, also keys without one."),
        ("INSERT", "It may not ignore jobs in {schema}, which is optional: GRANT UPDATE ON {on};"),
        ("UPDATE", "It may not ignore keys without a job in {schema}, which is optional: GRANT INSERT ON {on};"),
        ("SELECT", "It may not ignore jobs in {schema}, which is optional: GRANT UPDATE, INSERT ON {on};"),
    ],
)
def test_the_doctor_says_whether_jobs_can_be_ignored(failed_jobs: str, granted: str, said: str) -> None:
    on = f"`{failed_jobs}`.`~jobs`"
    with SERVER.granting(granted, on=on):
        found = doctor()
    line = said.format(schema=failed_jobs, on=f"{on} TO '{SITE}'@'%'")
    assert (found.returncode, f"ok       {line}" in found.stdout.splitlines()) == (0, True)


def test_a_server_that_only_reads_leaves_the_other_findings(failed_jobs: str) -> None:
    if not SERVER.is_mariadb:
        pytest.skip("MySQL explains a DELETE also while it only reads.")
    SERVER.sql("SET GLOBAL read_only = 1")
    try:
        found = doctor()
    finally:
        SERVER.sql("SET GLOBAL read_only = 0")
    (line,) = [line for line in found.stdout.splitlines() if f"clear the jobs of {failed_jobs}" in line]
    assert line.startswith("missing  Whether it may clear")
    assert "--read-only" in line
    assert "It sees everybody's connections." in found.stdout


def test_jobs_that_somebody_locks_are_named_and_leave_the_other_findings(lab: Lab, failed_jobs: str) -> None:
    schema = lab.failed(m1="value")
    with locked_by_bob(lab, schema):
        found = doctor()
    (line,) = [line for line in found.stdout.splitlines() if schema in line]
    assert line.startswith(f"missing  The jobs of {schema} cannot be read: its jobs table is locked")
    assert f"ok       It may release, un-ignore and clear the jobs of {failed_jobs}." in found.stdout.splitlines()


def test_a_wrong_password_is_one_sentence_in_the_terminal(accounts: None) -> None:
    found = doctor(DJ_PASS="wrong")
    assert len(found.stderr.splitlines()) == 1
    assert found.stderr.startswith(f"CommandError: The lab's server 127.0.0.1:{SERVER.port} refused the account {SITE}")
    assert found.returncode == 1


def test_a_server_without_encryption_is_not_asked_where_it_must_be_encrypted(failed_jobs: str) -> None:
    found = doctor(DJ_USE_TLS="1")
    if SERVER.encrypts:
        assert found.returncode == 0, found.stderr
    else:
        assert found.stderr == (
            f"CommandError: No encrypted connection to 127.0.0.1:{SERVER.port} could be made (the server offers none): "
            "check DJ_USE_TLS, which has to be 0 where the server offers none.\n"
        )


def test_an_unreachable_server_is_one_sentence_in_the_terminal() -> None:
    found = doctor(DJ_PORT="1")
    assert len(found.stderr.splitlines()) == 1
    assert "does not answer: check DJ_HOST and DJ_PORT" in found.stderr


def test_no_server_at_all_is_one_sentence_in_the_terminal() -> None:
    found = doctor(DJ_USER="", DJ_HOST="", HOME=str(SERVER.home))
    assert found.stderr.startswith("CommandError: No lab server is named yet: set DJ_HOST, DJ_USER and DJ_PASS")


@pytest.mark.parametrize("shape", SHAPES)
def test_no_jobs_table_that_others_have_made_makes_the_doctor_fail(lab: Lab, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    found = doctor()
    assert (found.returncode, found.stderr) == (0, "")
    assert f"ok       It may release, un-ignore and clear the jobs of {schema}." in found.stdout.splitlines()


def test_the_doctor_says_what_the_jobs_table_of_an_early_matlab_lacks(lab: Lab) -> None:
    schema = lab.schema()
    declare(schema, "MATLAB before 2.6.3")
    line = f"ok       The jobs table of {schema} is an older one, without user, connection_id: these are unknown there."
    assert line in doctor().stdout.splitlines()


def test_the_doctor_reads_an_older_jobs_table_and_says_what_is_unknown_there(lab: Lab) -> None:
    schema = lab.schema()
    declare(schema, "before user and connection")
    found = doctor()
    line = f"ok       The jobs table of {schema} is an older one, without user, connection_id: these are unknown there."
    assert (found.returncode, line in found.stdout.splitlines()) == (0, True)


def test_the_doctor_does_not_call_a_column_missing_that_is_not_granted(lab: Lab) -> None:
    schema = lab.schema()
    declare(schema, "MATLAB")
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT (table_name, key_hash, status, host) ON `{schema}`.`~jobs` TO '{SITE}'@'%'")
        found = doctor()
    why = "SELECT is granted on some of its columns only"
    assert f"missing  The jobs of {schema} cannot be read: {why}." in found.stdout.splitlines()


def test_an_index_is_advised_and_nothing_is_missing_for_that(lab: Lab) -> None:
    schema = fill(Planted(lab.schema()).schema)
    found = doctor()
    (line,) = [line for line in found.stdout.splitlines() if line.startswith("advice") and schema in line]
    statement = (
        f"CREATE INDEX `status_timestamp` ON `{schema}`.`~jobs` (`status`, `timestamp`) ALGORITHM=INPLACE LOCK=NONE;"
    )
    assert re.sub(r"\d\d\d,\d\d\d", "N", line) == (
        f"advice   Lists of the about N jobs of {schema} would be quicker with an index. docs/admin.md says what it "
        f"costs; an account with INDEX on that table makes it by {statement}"
    )
    assert (found.returncode, "missing" in found.stdout) == (0, False)
