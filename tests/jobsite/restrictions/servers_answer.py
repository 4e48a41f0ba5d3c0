"""The same restriction asked of the server twice: as DataJoint's session sends its text, and as Jobsite does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import pymysql
from django.db import DatabaseError, connections
from django.db.models import QuerySet

from connections.models import Connection
from jobs.models import Job, QualifiedName
from jobsite.lab.errors import error_number
from jobsite.lab.identifiers import identifier, quoted
from jobsite.lab.restricted import restricted_to
from jobsite.lab.sql import lab_cursor
from jobsite.restrictions.columns import JOBS, Column
from jobsite.restrictions.reading import Restriction
from tests.lab import Lab
from tests.server import PASSWORD, SERVER, SITE

NOW = datetime(2026, 11, 27, 17, 30, tzinfo=timezone.utc)
"""When all questions are asked."""
# DataJoint 0.14.10, connection.py.
SQL_MODE = (
    "NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY"
)
JOBS_TABLE = """CREATE TABLE {table} (
    table_name varchar(255) NOT NULL, key_hash char(32) NOT NULL, status enum('reserved','error','ignore') NOT NULL,
    `key` blob, error_message varchar(2047) NOT NULL DEFAULT '', error_stack mediumblob,
    user varchar(255) NOT NULL DEFAULT '', host varchar(255) NOT NULL DEFAULT '', pid int unsigned NOT NULL DEFAULT 0,
    connection_id bigint unsigned NULL, timestamp timestamp NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (table_name, key_hash)) CHARACTER SET {charset}"""
PROCESSES = """CREATE TABLE {table} (
    ID bigint NOT NULL PRIMARY KEY, USER varchar(128) NOT NULL, HOST varchar(255) NOT NULL, DB varchar(64) NULL,
    COMMAND varchar(16) NOT NULL, TIME int NULL, STATE varchar(64) NULL, INFO longtext NULL) CHARACTER SET {charset}"""

TEXTS = (
    *("CUDA error: out of memory", "cuda", "100% of it", "1000 of it", "a_b", "axb", "", "error ", "error", "ERROR"),
    *("é", "E", "ß", "back\\slash", "a|b", "o'neil", 'say "x"', "12abc", "1e1", "-1", "tab\there", "line\nbreak", "0"),
)
BEYOND_LATIN1 = ("Ω", "ж", "漢", "🧠", "😀 🧠")
USERS = ("alice@10.0.0.1", "alice@%", "bob@localhost", "BOB", "", "éva", "1000")
AGES_S = (0, 1, 1800, 7200, 36_000, 86_400, 90_000, 700_000, 3_000_000, 40_000_000)
COMMANDS, STATES = ("Sleep", "Query", "Daemon", "Killed"), (None, "", "Sending data", "computing", "é")


KEYS = {"~jobs": ("table_name", "key_hash"), "processes": ("ID",)}


class Answer(NamedTuple):
    """The keys of the rows, or the number of the server's error."""

    rows: frozenset[Any]
    error: int


def fill_jobs(schema: str, charset: str) -> QualifiedName:
    """Make a jobs table with rows of all kinds."""
    table = QualifiedName(schema, "~jobs")
    SERVER.sql(JOBS_TABLE.format(table=table.quoted, charset=charset))
    texts = TEXTS if charset == "latin1" else TEXTS + BEYOND_LATIN1
    for number in range(3 * len(texts)):
        age = timedelta(seconds=AGES_S[number % len(AGES_S)] + number // 20)
        row = {
            "table_name": ("__score", "__spike_sorting", "#l_f_p", "package.Class")[number % 4],
            "key_hash": f"{number:032x}",
            "status": ("error", "reserved", "ignore", "error")[number * 7 % 4],
            "error_message": texts[number % len(texts)],
            "user": USERS[number % len(USERS)],
            "host": texts[number * 5 % len(texts)] if number % 3 else f"gpu{number % 12:02}",
            "pid": (0, 1, 12, 600, 1000, 4242, 2**32 - 1)[number % 7],
            "connection_id": (None, 5, 12, 2**63, 2**64 - 1)[number % 5],
            "timestamp": None if number % 17 == 16 else (NOW - age).strftime("%Y-%m-%d %H:%M:%S"),
        }
        _insert(quoted(*table), row)
    return table


def fill_processes(schema: str, charset: str) -> QualifiedName:
    """Make a table with the columns of the process list, whose rows stay as they are."""
    table = QualifiedName(schema, "processes")
    SERVER.sql(PROCESSES.format(table=table.quoted, charset=charset))
    for number in range(40):
        row = {
            "ID": number + 1,
            "USER": USERS[number % len(USERS)],
            "HOST": ("10.0.0.1:4242", "localhost", "gpu01", "compute-3:1")[number % 4],
            "DB": (None, "lab_ephys", "lab", "")[number * 3 % 4],
            "COMMAND": COMMANDS[number % len(COMMANDS)],
            "TIME": (None, -1, 0, 5, 600, 601, 100_000)[number % 7],
            "STATE": STATES[number % len(STATES)],
            "INFO": None if number % 3 else TEXTS[number % len(TEXTS)],
        }
        _insert(quoted(*table), row)
    return table


def _insert(table: str, row: Mapping[str, object]) -> None:
    columns = ", ".join(identifier(name) for name in row)
    values = ", ".join(["%s"] * len(row))
    SERVER.sql(f"INSERT INTO {table} ({columns}) VALUES ({values})", list(row.values()))


class Sessions:
    """DataJoint's session and Jobsite's on one server, both at the same time of the clock."""

    def __init__(self, theirs: Any) -> None:
        """`theirs` is a connection of PyMySQL's."""
        self.theirs = theirs

    def of_datajoint(self, table: QualifiedName, key: Sequence[str], text: str) -> Answer:
        """Return what the server selects for the text itself."""
        statement = f"SELECT {', '.join(key)} FROM {table.quoted} WHERE ({text})"
        try:
            with self.theirs.cursor() as cursor:
                cursor.execute(statement)
                return Answer(frozenset(cursor.fetchall()), 0)
        except (pymysql.MySQLError, UnicodeError) as error:
            return Answer(frozenset(), error_number(error) or -1)

    def of_jobsite(self, table: QualifiedName, restriction: Restriction, *, converts_times: bool) -> Answer:
        """Return what the restriction selects through Django."""
        condition = restricted_to(restriction, {"TIME": "time_s"}, converts_times=converts_times)
        rows: QuerySet[Any, Any]
        if table.name == "~jobs":
            rows = Job.objects.in_table(table).filter(condition).values_list("table_name", "key_hash")
        else:
            rows = Connection.objects.from_table(quoted(*table)).filter(condition).values_list("id")
        try:
            return Answer(frozenset(rows.using("lab")), 0)
        except DatabaseError as error:
            return Answer(frozenset(), error_number(error) or -1)


@dataclass(frozen=True)
class Filled:
    """The tables that are asked, one of utf8mb4 and one of latin1 of each kind, and the sessions that ask."""

    jobs: Sequence[QualifiedName]
    processes: Sequence[QualifiedName]
    sessions: Sessions
    converts_times: bool

    def answers(
        self, text: str, restriction: Restriction, columns: Sequence[Column]
    ) -> Iterator[tuple[QualifiedName, Answer, Answer]]:
        """Yield each table with the answer to the text, and with that to the restriction read in it."""
        for table in self.jobs if columns is JOBS else self.processes:
            theirs = self.sessions.of_datajoint(table, KEYS[table.name], text)
            ours = self.sessions.of_jobsite(table, restriction, converts_times=self.converts_times)
            yield table, theirs, ours


@contextmanager
def filled() -> Iterator[Filled]:
    """Fill the tables, and drop them at the end."""
    with Lab() as lab:
        schemas = [(lab.schema(charset=charset), charset) for charset in ("utf8mb4", "latin1")]
        jobs = [fill_jobs(schema, charset) for schema, charset in schemas]
        processes = [fill_processes(schema, charset) for schema, charset in schemas]
        ((zone,),) = SERVER.sql("SELECT @@GLOBAL.time_zone")
        with sessions() as opened:
            yield Filled(jobs, processes, opened, zone not in ("UTC", "+00:00"))


@contextmanager
def sessions() -> Iterator[Sessions]:
    """Open both sessions; times stand still at NOW."""
    still = f"SET timestamp = {NOW.timestamp():.0f}"
    theirs = pymysql.connect(
        host=SERVER.host, port=SERVER.port, user=SITE, password=PASSWORD, sql_mode=SQL_MODE, autocommit=True
    )
    try:
        with theirs.cursor() as cursor:
            cursor.execute(still)
        connections["lab"].close()
        with lab_cursor() as cursor:
            cursor.execute(still)
        yield Sessions(theirs)
    finally:
        theirs.close()
        connections["lab"].close()
