"""manage.py populate as an account that lacks a privilege: said before the first make, with the GRANT it lacks."""

import re
import subprocess
from collections.abc import Iterator, Mapping

import pytest

from tests.jobs.older import declare
from tests.jobsite.lab.test_privileges import account
from tests.lab import Lab
from tests.server import PASSWORD, SERVER

CAROL, ROLE = "carol", "lab_staff"
ACCOUNT = f"'{CAROL}'@'%'"
PIPELINE = {"`recording`": "SELECT", "`__score`": "SELECT, INSERT", "`~log`": "SELECT, INSERT"}
ALL = "SELECT, INSERT, UPDATE, DELETE"
COLUMNS = "table_name, key_hash, status, `key`, error_message, error_stack, `user`, host, pid, connection_id, timestamp"
READ = "table_name, key_hash, status, pid, connection_id"


class Staff:
    """A schema with two keys to compute, and an account that may read the pipeline, insert results, and no more."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.schema, self.module = lab.pipeline(recordings={"a": "", "b": ""})

    def grant(self, tables: Mapping[str, str], to: str = ACCOUNT) -> None:
        for table, privileges in tables.items():
            SERVER.sql(f"GRANT {privileges} ON `{self.schema}`.{table} TO {to}")

    def revoke(self, privileges: str, table: str) -> None:
        SERVER.sql(f"REVOKE {privileges} ON `{self.schema}`.{table} FROM {ACCOUNT}")

    def populate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.lab.populate(self.schema, *arguments, user=CAROL)

    @property
    def tables(self) -> set[str]:
        return {name for (name,) in SERVER.sql(f"SHOW TABLES IN `{self.schema}`")}

    @property
    def jobs(self) -> list[tuple[str]]:
        return SERVER.sql(f"SELECT status FROM `{self.schema}`.`~jobs`") if "~jobs" in self.tables else []


@pytest.fixture
def staff(lab: Lab) -> Iterator[Staff]:
    SERVER.sql(f"CREATE USER {ACCOUNT} IDENTIFIED BY '{PASSWORD}'")
    made = Staff(lab)
    made.grant(PIPELINE)
    yield made
    SERVER.sql(f"DROP USER {ACCOUNT}")


@pytest.fixture
def with_jobs(staff: Staff) -> Staff:
    """The same, and the schema has its jobs table."""
    assert staff.module.schema.jobs is not None
    return staff


@pytest.fixture
def role() -> Iterator[str]:
    SERVER.sql(f"CREATE ROLE {ROLE}")
    SERVER.sql(f"GRANT {ROLE} TO {ACCOUNT}")
    default = f"SET DEFAULT ROLE {ROLE} FOR {ACCOUNT}" if SERVER.is_mariadb else f"SET DEFAULT ROLE {ROLE} TO {ACCOUNT}"
    SERVER.sql(default)
    yield ROLE
    SERVER.sql(f"DROP ROLE {ROLE}")


def refused(run: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence of a run that was refused before anything was done."""
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    return run.stderr.removeprefix("CommandError: ").strip()


def sentence(staff: Staff, do: str, privileges: str, table: str) -> str:
    grant = f"GRANT {privileges} ON `{staff.schema}`.`{table}` TO {ACCOUNT};"
    return f"The account {ACCOUNT} may not {do}: an administrator of the server runs {grant}"


@pytest.mark.parametrize(
    "granted",
    [
        "SELECT",
        "SELECT, INSERT",
        "SELECT, INSERT, DELETE",
        "SELECT, INSERT, UPDATE",
        "INSERT, UPDATE, DELETE",
        f"SELECT, UPDATE, DELETE, INSERT ({READ})",
        "SELECT, INSERT, DELETE, UPDATE (status)",
        "SELECT (table_name, key_hash, status), INSERT, UPDATE, DELETE",
    ],
)
def test_what_is_lacking_on_the_jobs_table_is_one_sentence(with_jobs: Staff, granted: str) -> None:
    with_jobs.grant({"`~jobs`": granted})
    said = refused(with_jobs.populate())
    assert said == sentence(with_jobs, f"write the jobs table of {with_jobs.schema}", ALL, "~jobs")
    assert (with_jobs.jobs, len(with_jobs.module.Score())) == ([], 0)


@pytest.mark.parametrize("granted", ["", ALL, "SELECT, CREATE", "SELECT"])
def test_a_jobs_table_that_cannot_be_made_is_one_sentence(staff: Staff, granted: str) -> None:
    if granted:
        SERVER.sql(f"GRANT {granted} ON `{staff.schema}`.* TO {ACCOUNT}")
    said = refused(staff.populate())
    do = f"make and write the jobs table of {staff.schema}"
    assert said == sentence(staff, do, f"CREATE, {ALL}", "~jobs")
    assert "~jobs" not in staff.tables


@pytest.mark.parametrize("is_there", [True, False])
def test_what_the_sentence_says_mends_it(staff: Staff, is_there: bool) -> None:
    if is_there:
        declare(staff.schema, "MATLAB")
    (grant,) = re.findall("GRANT .*;", refused(staff.populate()))
    SERVER.sql(grant)
    assert (staff.populate().returncode, len(staff.module.Score())) == (0, 2)


@pytest.mark.parametrize("name", ["o'hara", "tick`s", "back\\slash", "anna@lab"])
def test_what_the_sentence_says_mends_it_for_an_account_of_any_name(lab: Lab, name: str) -> None:
    schema, module = lab.pipeline(recordings={"a": ""})
    assert module.schema.jobs is not None
    with account(name) as quoted:
        SERVER.sql(f"GRANT SELECT, INSERT ON `{schema}`.* TO {quoted}")
        (grant,) = re.findall("GRANT .*;", refused(lab.populate(schema, user=name)))
        SERVER.sql(grant)
        assert (lab.populate(schema, user=name).returncode, len(module.Score())) == (0, 1)


@pytest.mark.parametrize(
    "granted",
    [ALL, f"SELECT ({READ}), INSERT ({COLUMNS}), UPDATE ({COLUMNS}), DELETE"],
    ids=["on the table", "on its columns"],
)
@pytest.mark.parametrize("by_role", [False, True])
def test_what_is_granted_is_enough_wherever_it_comes_from(
    with_jobs: Staff, role: str, granted: str, by_role: bool
) -> None:
    with_jobs.grant({"`~jobs`": granted}, to=role if by_role else ACCOUNT)
    assert (with_jobs.populate().returncode, len(with_jobs.module.Score())) == (0, 2)


def test_a_role_that_may_create_makes_the_jobs_table(staff: Staff, role: str) -> None:
    staff.grant({"*": f"CREATE, {ALL}"}, to=role)
    assert (staff.populate().returncode, len(staff.module.Score())) == (0, 2)


def test_a_dry_run_says_what_is_lacking(with_jobs: Staff) -> None:
    with_jobs.grant({"`~jobs`": "SELECT"})
    said = refused(with_jobs.populate("--dry-run"))
    assert said == sentence(with_jobs, f"write the jobs table of {with_jobs.schema}", ALL, "~jobs")


def test_several_processes_are_not_started(with_jobs: Staff) -> None:
    with_jobs.grant({"`~jobs`": "SELECT, INSERT"})
    said = refused(with_jobs.populate("--processes", "2"))
    assert said == sentence(with_jobs, f"write the jobs table of {with_jobs.schema}", ALL, "~jobs")


def test_without_reservation_nothing_is_asked_of_the_jobs_table(staff: Staff) -> None:
    assert (staff.populate("--no-reserve").returncode, len(staff.module.Score())) == (0, 2)


@pytest.mark.parametrize("reserve", [[], ["--no-reserve"]])
def test_results_that_may_not_be_inserted_are_one_sentence(with_jobs: Staff, reserve: list[str]) -> None:
    with_jobs.grant({"`~jobs`": ALL})
    with_jobs.revoke("INSERT", "`__score`")
    do = f"insert into `{with_jobs.schema}`.`__score`"
    assert refused(with_jobs.populate(*reserve)) == sentence(with_jobs, do, "SELECT, INSERT", "__score")


def test_a_parent_that_may_not_be_read_is_one_sentence(with_jobs: Staff) -> None:
    with_jobs.grant({"`~jobs`": ALL, "`recording`": "INSERT"})
    with_jobs.revoke("SELECT", "`recording`")
    do = f"read `{with_jobs.schema}`.`recording`, which Score needs"
    assert refused(with_jobs.populate()) == sentence(with_jobs, do, "SELECT", "recording")


def test_what_failed_first_is_said_although_giving_back_fails_too(with_jobs: Staff) -> None:
    with_jobs.grant({"`~jobs`": ALL})
    with_jobs.module.Recording.insert((f"c{number:02}", 1, "wait" if number == 30 else "") for number in range(100))
    worker = with_jobs.lab.start_waiting(with_jobs.schema, user=CAROL)
    with_jobs.revoke("INSERT, DELETE", "`~jobs`")
    with_jobs.lab.gate.touch()
    out, _ = worker.communicate()
    assert "No key could be reserved: " in out
