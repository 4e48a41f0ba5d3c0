"""What may the site's account do? Its own grants count, those of its roles, and everybody's."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
NAME = r"(`(?:[^`]|``)*`|[^`. ]+)"
GRANT = re.compile(rf"(GRANT|REVOKE) (.+?) ON (PROCEDURE )?{NAME}\.{NAME} (?:TO|FROM) ")
QUOTED = re.compile(r"`(?:[^`]|``)*`")
COLUMNS = re.compile(r" ?\([^)]*\)")
WILDCARD = re.compile(r"\\([_%\\])|(%)|(_)")
ALL = "*"

Privileges = frozenset[str]


@dataclass(frozen=True)
class Grants:
    """The privileges in force: on the whole server, on schemas by a pattern, on tables and procedures."""

    on_server: Privileges = frozenset()
    on_schemas: Mapping[str, Privileges] = field(default_factory=dict)
    on_tables: Mapping[tuple[str, str], Privileges] = field(default_factory=dict)
    on_procedures: Mapping[tuple[str, str], Privileges] = field(default_factory=dict)
    revoked: Mapping[str, Privileges] = field(default_factory=dict)
    """What the grants on the whole server do not hold for, by schema (MySQL manual, "Partial Revokes")."""

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Grants":
        """Return what SHOW GRANTS says. Grants of roles are left out: what a role may do is said for itself."""
        on: dict[str, dict[tuple[str, str], Privileges]] = {"GRANT": {}, "REVOKE": {}, "PROCEDURE": {}}
        for found in filter(None, map(GRANT.match, lines)):
            verb, privileges, procedure, *names = found.groups()
            place = on["PROCEDURE" if procedure else verb]
            schema, name = map(_unquoted, names)
            place[schema, name] = place.get((schema, name), frozenset()) | _names_of(privileges)
        granted = on["GRANT"]
        return cls(
            on_server=granted.get((ALL, ALL), frozenset()),
            on_schemas={schema: held for (schema, name), held in granted.items() if name == ALL and schema != ALL},
            on_tables={place: held for place, held in granted.items() if place[1] != ALL},
            on_procedures=on["PROCEDURE"],
            revoked={schema: lost for (schema, _), lost in on["REVOKE"].items()},
        )

    def allow(self, privilege: str, schema: str, table: str) -> bool:
        """Say whether a privilege holds for a table, whatever grant it comes from."""
        return self._on_schema(privilege, schema) or _holds(privilege, self.on_tables.get((schema, table)))

    def allow_calling(self, schema: str, procedure: str) -> bool:
        """Say whether a stored procedure may be called."""
        return self._on_schema("EXECUTE", schema) or _holds("EXECUTE", self.on_procedures.get((schema, procedure)))

    def _on_schema(self, privilege: str, schema: str) -> bool:
        if _holds(privilege, self.on_server) and not _holds(privilege, self.revoked.get(schema)):
            return True
        return any(_holds(privilege, held) and _is_like(schema, pattern) for pattern, held in self.on_schemas.items())


EVERYTHING = Grants(frozenset([ALL_PRIVILEGES]))


def ask_grants() -> Grants:
    """Return the privileges that are in force, by the server's own names."""
    try:
        with lab_cursor() as cursor:
            cursor.execute(GRANTS_SQL)
            return Grants.read(line for (line,) in cursor.fetchall())
    except DatabaseError as error:
        if kind_of(error) is not Kind.BY_OPTION:
            raise
        # A server started with --skip-grant-tables lets everybody do everything.
        return EVERYTHING


def _names_of(privileges: str) -> Privileges:
    """Return the names of privileges on something as a whole: those on columns alone are left out."""
    plain = QUOTED.sub("", privileges)
    return frozenset(name for name in re.split(r", (?![^(]*\))", plain) if not COLUMNS.search(name))


def _unquoted(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _is_like(schema: str, pattern: str) -> bool:
    """Say whether a grant on schemas of this pattern holds for a schema: unescaped `%` and `_` stand for others."""
    regex, end = "", 0
    for found in WILDCARD.finditer(pattern):
        escaped, many, _one = found.groups()
        regex += re.escape(pattern[end : found.start()]) + (re.escape(escaped) if escaped else ".*" if many else ".")
        end = found.end()
    return re.fullmatch(regex + re.escape(pattern[end:]), schema, re.DOTALL) is not None


def _holds(privilege: str, held: Privileges | None) -> bool:
    return bool((held or frozenset()) & {privilege, ALL_PRIVILEGES})


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
