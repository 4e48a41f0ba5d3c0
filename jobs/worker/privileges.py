"""May the worker's account do what a run needs? Asked before the first make, and answered with the GRANT it lacks.

Explaining a statement takes the privileges of running it, wherever they come from: a grant on a column, table or
schema, a role, PUBLIC (MySQL manual, "EXPLAIN Statement"; MariaDB Knowledge Base, "EXPLAIN"). It runs nothing. For a
table that is not there yet, preparing its CREATE takes the same privilege, and makes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from jobs.worker.dj.compat import Untyped
from jobs.worker.options import Options
from jobs.worker.outcomes import WrongInputError
from jobs.worker.reservations.jobs_table import read_jobs_table
from jobs.worker.server_errors import is_denied
from jobsite.lab.grants import account_name, grant
from jobsite.lab.identifiers import identifier, quoted

READ = "SELECT * FROM {table}"
INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE FALSE"
CREATE = "CREATE TABLE {table} (table_name varchar(255))"
ON_JOBS = "SELECT, INSERT, UPDATE, DELETE"
MAY_NOT = "The account {account} may not {do}: an administrator of the server runs {grant}"


def check_rights(tables: Mapping[str, Untyped], options: Options) -> None:
    """Ask whether populating `tables` would be denied anything. Raises WrongInputError with what is to be granted."""
    schemas = {table.target.database: table.connection for table in tables.values()} if options.reserve else {}
    lacking = [sentence for schema, connection in schemas.items() for sentence in _about_jobs(connection, schema)]
    lacking += [sentence for table in tables.values() for sentence in _about_results(table)]
    if lacking:
        raise WrongInputError(" ".join(lacking))


def missing_grant_to_read(table: Untyped) -> str:
    """Return which of the tables that the keys of `table` come from may not be read, and the GRANT; '' if all may."""
    try:
        names = [table.full_table_name, *table.parents()]
    except Exception:  # the server's or DataJoint's
        return ""
    lacking = [name for name in names if _is_denied(_explain(table.connection, READ.format(table=name)))]
    do = f"read {{}}, which {type(table).__name__} needs"
    return " ".join(_sentence(table.connection, do.format(name), "SELECT", name) for name in lacking)


def _about_jobs(connection: Untyped, schema: str) -> Iterator[str]:
    """Ask for what jobs.worker.reservations.schema_wide does, in its own words."""
    jobs, name = read_jobs_table(connection, schema), identifier(schema, "~jobs")
    owner = [None] * len(jobs.guard)
    denied = any(
        [
            _is_denied(_explain(connection, jobs.reserve(1), [[None] * len(jobs.written)])),
            _is_denied(_explain(connection, jobs.become_error, [None] * len(jobs.texts) + [None, None, *owner])),
            _is_denied(_explain(connection, jobs.release, [None, [None], *owner])),
        ]
    )
    if not jobs.is_there and (denied or _is_denied(_prepare(connection, CREATE.format(table=name)))):
        yield _sentence(connection, f"make and write the jobs table of {schema}", f"CREATE, {ON_JOBS}", name)
    elif denied:
        yield _sentence(connection, f"write the jobs table of {schema}", ON_JOBS, name)


def _about_results(table: Untyped) -> Iterator[str]:
    target = table.target
    columns = ", ".join(map(quoted, target.primary_key or target.heading.names))
    statement = INSERT.format(table=quoted(target.database, target.table_name), columns=columns)
    if _is_denied(_explain(table.connection, statement)):
        name = identifier(target.database, target.table_name)
        yield _sentence(table.connection, f"insert into {name}", "SELECT, INSERT", name)


def _explain(connection: Untyped, statement: str, parameters: Sequence[object] = ()) -> Callable[[], None]:
    return lambda: connection.query(f"EXPLAIN {statement}", parameters)


def _prepare(connection: Untyped, statement: str) -> Callable[[], None]:
    def ask() -> None:
        connection.query("PREPARE jobsite_rights FROM %s", (statement,))
        connection.query("DEALLOCATE PREPARE jobsite_rights")

    return ask


def _is_denied(ask: Callable[[], None]) -> bool:
    """Say whether the account lacks a privilege for it. What else is wrong will show when it is done."""
    try:
        ask()
    except Exception as error:  # the server's or DataJoint's
        return is_denied(error)
    return False


def _sentence(connection: Untyped, do: str, privileges: str, table: str) -> str:
    account = account_name(str(connection.query("SELECT CURRENT_USER()").fetchone()[0]))
    return MAY_NOT.format(account=account, do=do, grant=grant(privileges, table, account))
