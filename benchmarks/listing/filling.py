"""A private server with as many jobs as a lab has after years: keys, stacks and messages as DataJoint writes them.

The server makes them itself, by one INSERT ... SELECT for each schema: no client would send a million in a minute.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import MySQLdb
from datajoint.blob import pack

from benchmarks.locked import JOBS_TABLE
from jobsite.demo.server import Server

INDEX = "CREATE INDEX IF NOT EXISTS status_timestamp ON `{schema}`.`~jobs` (status, timestamp)"
NO_INDEX = "DROP INDEX IF EXISTS status_timestamp ON `{schema}`.`~jobs`"
TABLES = (
    "__spike_sorting",
    "__unit_stats",
    "_raw_scan",
    "__motion",
    "__segmentation",
    "__fluorescence",
    "_video",
    "__pose",
)
TARGET = """
CREATE TABLE `{schema}`.`{name}` (
  subject_id int NOT NULL, session smallint NOT NULL, trial int unsigned NOT NULL, score double,
  PRIMARY KEY (subject_id, session, trial)
)
"""
"""A table whose keys the jobs have, as DataJoint declares it."""
KINDS = 40
SPAN_S = 20 * 86_400
"""Days over which the jobs came."""
SERVER = ("--innodb-log-file-size=512M", "--innodb-buffer-pool-size=4G", "--max-connections=6000", "--back-log=1000")
"""All of it in memory: what a list costs beside its SQL is measured, not the disk."""
STACK = "Traceback (most recent call last):\n" + "".join(
    f'  File "/home/lab/{sha256(bytes([line])).hexdigest()}.py", line {line}\n' for line in range(47)
)
"""What stays of a traceback is about 2 kB when DataJoint has packed it."""
# Whole numbers of one, two and two bytes, so that each stands at the same place of every packed key, and of two, three
# and five digits, so that no two keys have the same hash.
SUBJECT, SESSION, TRIAL = "(10 + {n} MOD 90)", "(200 + {n} DIV 22000 MOD 200)", "(10000 + {n} MOD 22000)"
ROWS = """
INSERT INTO `{schema}`.`~jobs`
SELECT ELT(1 + n % {tables}, {names}), MD5(CONCAT(session, subject, trial)), kind,
       CONCAT({key}),
       IF(kind = 'error', CONCAT(ELT(1 + n DIV {tables} % 4, 'ValueError', 'DataJointError', 'KeyError', 'OSError'),
          ': step ', n DIV {tables} % {kinds}, ' of the computation gave no result for this recording'), ''),
       IF(kind = 'error', {stack}, NULL), CONCAT('worker', n % 12, '@10.0.0.', n % 12), CONCAT('node', n % 12),
       1000 + n % 30000, 1 + n % 90, FROM_UNIXTIME({now} - n * {span} DIV {number})
FROM (SELECT seq AS n, {subject} AS subject, {session} AS session, {trial} AS trial,
             ELT(1 + (seq MOD 50 > 0) + (seq MOD 50 > 4), 'reserved', 'ignore', 'error') AS kind
      FROM seq_1_to_{number}) AS numbers
"""
"""Of fifty jobs one is reserved, four are ignored, and all others have failed."""


@dataclass(frozen=True)
class Size:
    """So many schemas of so many jobs each."""

    schemas: int
    jobs: int

    def __str__(self) -> str:
        """Return it as the table's heading says it."""
        return f"{self.jobs:,} jobs" if self.schemas == 1 else f"{self.schemas} schemas of {self.jobs:,} jobs"

    @property
    def names(self) -> list[str]:
        """The names of the schemas."""
        return [f"lab_{number:02}" for number in range(self.schemas)]

    @property
    def total(self) -> int:
        """How many jobs there are in all."""
        return self.schemas * self.jobs


SIZES = (Size(1, 100_000), Size(1, 1_000_000), Size(50, 20_000))


def connect(server: Server) -> Any:
    """Return a connection as root."""
    return MySQLdb.connect(unix_socket=str(server.socket), user="root", autocommit=True, charset="utf8mb4")


def ask(server: Server, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement as root."""
    driver = connect(server)
    try:
        with driver.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())
    finally:
        driver.close()


def packed_key() -> str:
    """Return SQL for a key as DataJoint packs it: the bytes around its numbers, and the numbers in little-endian."""
    marks = {"subject": 0x51, "session": 0x5253, "trial": 0x5455}
    rest = bytes(pack({"subject_id": marks["subject"], "session": marks["session"], "trial": marks["trial"]}))
    parts = []
    for name, mark in marks.items():
        size = 1 if name == "subject" else 2
        before, _, rest = rest.partition(mark.to_bytes(size, "little"))
        number = f"CHAR({name})" if size == 1 else f"CHAR({name} MOD 256, {name} DIV 256)"
        parts += [f"x'{before.hex()}'", number]
    return ", ".join([*parts, f"x'{rest.hex()}'"])


def fill(server: Server, size: Size) -> float:
    """Make the schemas and their jobs, and return how many seconds that took."""
    began, driver = time.perf_counter(), connect(server)
    now = int(time.time())
    with driver.cursor() as cursor:
        cursor.execute("SET SESSION unique_checks = 0, foreign_key_checks = 0")  # rows are sorted, then written at once
        for schema in size.names:
            cursor.execute(f"CREATE DATABASE `{schema}`")
            cursor.execute(f"USE `{schema}`")
            cursor.execute(JOBS_TABLE.format(schema=schema))
            for name in TABLES:
                cursor.execute(TARGET.format(schema=schema, name=name))
            cursor.execute(_rows(schema, size.jobs, now))
            cursor.execute(f"ANALYZE TABLE `{schema}`.`~jobs`")
    driver.close()
    return time.perf_counter() - began


def _rows(schema: str, number: int, now: int) -> str:
    names = ", ".join(f"'{name}'" for name in TABLES)
    stack = f"x'{bytes(pack(STACK)).hex()}'"
    return ROWS.format(
        schema=schema, number=number, now=now, span=SPAN_S, tables=len(TABLES), names=names, kinds=KINDS,
        key=packed_key(), stack=stack, subject=SUBJECT.format(n="seq"), session=SESSION.format(n="seq"),
        trial=TRIAL.format(n="seq"),
    )  # fmt: skip


def set_index(server: Server, names: Sequence[str], wanted: bool) -> float:
    """Give every jobs table the index, or take it away; return how many seconds that took."""
    began = time.perf_counter()
    for schema in names:
        ask(server, (INDEX if wanted else NO_INDEX).format(schema=schema))
        ask(server, f"ANALYZE TABLE `{schema}`.`~jobs`")
    return time.perf_counter() - began


@contextmanager
def filled_server(home: Path, size: Size) -> Iterator[Server]:
    """Yield a server with so many jobs; they are there already where `home` was used before."""
    server = Server(home, options=SERVER)
    server.start()
    try:
        if not ask(server, f"SHOW DATABASES LIKE '{size.names[-1]}'"):
            print(f"{size} made in {fill(server, size):.0f} s", flush=True)
        yield server
    finally:
        server.stop()
