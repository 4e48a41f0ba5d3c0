"""What may the site's account do on the whole server? Its own grants count, those of its roles, and everybody's."""

import re

from django.db import DatabaseError

from jobsite.lab.errors import Kind, kind_of
from jobsite.lab.sql import lab_cursor

ALL_PRIVILEGES = "ALL PRIVILEGES"
PROCESS = "PROCESS"
"""Lets an account see everybody's connections, not only its own (MySQL manual, "PROCESS")."""
MARIADB_WITHOUT_SUPER = (11, 0)

# What is in force now: the account's own, what it has by roles that are enabled, also by roles of roles, and by PUBLIC
# (tried on MariaDB 10.11 and 11.8 and MySQL 9.7). To look a grantee up by its name would see none but the first.
GRANTS_SQL = "SHOW GRANTS"
GLOBAL_GRANT = re.compile(r"GRANT (.+?) ON \*\.\* TO ")


def ask_privileges() -> frozenset[str]:
    """Return the privileges on the whole server that are in force, by the server's own names."""
    try:
        with lab_cursor() as cursor:
            cursor.execute(GRANTS_SQL)
            grants = [GLOBAL_GRANT.match(grant) for (grant,) in cursor.fetchall()]
    except DatabaseError as error:
        if kind_of(error) is not Kind.BY_OPTION:
            raise
        # A server started with --skip-grant-tables lets everybody do everything.
        return frozenset([ALL_PRIVILEGES])
    return frozenset(privilege for grant in grants if grant for privilege in grant.group(1).split(", "))


def see_all(privileges: frozenset[str]) -> bool:
    """Say whether these privileges show everybody's connections."""
    return bool(privileges & {PROCESS, ALL_PRIVILEGES})


def kill_privilege(*, is_mariadb: bool) -> str:
    """Return the privilege that lets an account kill other accounts' connections, as a GRANT takes it."""
    return "CONNECTION ADMIN" if is_mariadb else "CONNECTION_ADMIN"


def let_kill(privileges: frozenset[str], *, is_mariadb: bool, release: tuple[int, ...]) -> bool:
    """Say whether these privileges let an account kill other accounts' connections.

    MySQL manual, "KILL Statement": CONNECTION_ADMIN, or SUPER; MariaDB Knowledge Base, "KILL" and "GRANT": CONNECTION
    ADMIN, which SUPER holds until 10.11.
    """
    enough = {ALL_PRIVILEGES, kill_privilege(is_mariadb=is_mariadb)}
    if not is_mariadb or release < MARIADB_WITHOUT_SUPER:
        enough.add("SUPER")
    return bool(privileges & enough)
