"""Who holds a table, so that others wait for it?

A lock on a whole table is a metadata lock: LOCK TABLES takes one, and so does an ALTER, which waits until everybody
else has ended their transactions, while those who come later wait behind it. Not every server tells who has which: then
only a guess is left, and it is called one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import DatabaseError

from jobsite.lab import shared_reads
from jobsite.lab.errors import is_late
from jobsite.lab.server import Server, client_of
from jobsite.lab.sql import lab_cursor
from jobsite.lab.transactions import open_transactions

# MySQL manual, "The metadata_locks Table"; empty without an error where performance_schema is off, or its instrument
# wait/lock/metadata/sql/mdl, as by default on MariaDB.
PERFORMANCE_SCHEMA_SQL = """
SELECT l.object_schema, t.processlist_id, l.lock_type
  FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
 WHERE l.object_type = 'TABLE' AND l.object_name = %s AND l.lock_status = 'GRANTED'
"""
# MariaDB Knowledge Base, "Information Schema METADATA_LOCK_INFO Table": there once the plugin is installed.
PLUGIN_SQL = """
SELECT table_schema, thread_id, lock_mode FROM information_schema.metadata_lock_info WHERE table_name = %s
"""
STATEMENT_LIMIT = 2000
"""Characters of a running statement that are looked at: how it begins, and which table it names."""
THREADS_SQL = """
SELECT id, COALESCE(user, ''), COALESCE(host, ''), COALESCE(db, ''), COALESCE(state, ''),
       COALESCE(CONVERT(LEFT(info, {limit}) USING utf8mb4), '')
  FROM {process_list} WHERE id <> CONNECTION_ID()
"""
NOBODY_READS = {"EXCLUSIVE", "SHARED_NO_READ_WRITE"}
WAITS = "Waiting for table metadata lock"
CHANGES = ("alter", "create", "drop", "flush", "lock", "optimize", "rename", "repair", "truncate")
"""How the statements begin that nobody may read beside; a SELECT that waits is only a victim."""


@dataclass(frozen=True)
class Thread:
    """A connection of the server: whose it is, and what it does or waits for."""

    id: int
    user: str
    client: str
    schema: str
    state: str
    statement: str

    @property
    def waits(self) -> bool:
        """Say whether it waits for a table."""
        return self.state == WAITS

    def changes(self, table: str, schema: str) -> bool:
        """Say whether its statement is one that nobody may read beside, and of this table."""
        statement = self.statement
        begins = statement.lower().lstrip("(/*! ").startswith(CHANGES)
        return begins and table in statement and (schema in statement or self.schema == schema)


@dataclass(frozen=True)
class LockHolder:
    """A connection that holds a table, or waits to have it alone; `is_certain` when the server says so itself."""

    connection_id: int
    user: str
    client: str
    waits: bool
    is_certain: bool

    def __str__(self) -> str:
        """Return who it is, as people say it."""
        return f"connection {self.connection_id} ({self.user}@{self.client})"

    @property
    def role(self) -> str:
        """What it has to do with the table, in words that its name follows."""
        role = "wanted by" if self.waits else "held by"
        return role if self.is_certain else f"perhaps {role}"


def who_holds(table: str, schemas: Collection[str]) -> Mapping[str, tuple[LockHolder, ...]]:
    """Return schema -> who holds its `table`, the likeliest first; nobody where the server does not tell."""
    server = shared_reads.server()
    there = _other_threads(server)
    told = _ask(PERFORMANCE_SCHEMA_SQL, table) or _ask(PLUGIN_SQL, table)
    if told:
        return {schema: _holders(there, {who: mode for of, who, mode in told if of == schema}) for schema in schemas}
    transactions = open_transactions(server)
    open_for = {thread: transaction.age_s for thread, transaction in transactions.items()}
    return {schema: _guess(there, open_for, table, schema) for schema in schemas}


def _other_threads(server: Server) -> Mapping[int, Thread]:
    with lab_cursor() as cursor:
        cursor.execute(THREADS_SQL.format(limit=STATEMENT_LIMIT, process_list=server.process_list))
        rows = [Thread(number, user, client_of(host), *rest) for number, user, host, *rest in cursor.fetchall()]
    return {row.id: row for row in rows}


def _ask(query: str, table: str) -> Sequence[tuple[str, int, str]]:
    with lab_cursor() as cursor:
        try:
            cursor.execute(query, [table])
        except DatabaseError as error:
            if is_late(error):
                raise
            return ()  # not granted, or no such plugin
        return [(schema, thread, mode.removeprefix("MDL_")) for schema, thread, mode in cursor.fetchall()]


def _holders(there: Mapping[int, Thread], modes: Mapping[int, str]) -> tuple[LockHolder, ...]:
    known = {thread: mode for thread, mode in modes.items() if thread in there}
    alone = [thread for thread, mode in known.items() if mode in NOBODY_READS and not there[thread].waits]
    # Where nobody has it alone, somebody waits to: for all who hold it in any way.
    queue = alone or sorted(known, key=lambda thread: not there[thread].waits)
    certain = bool(alone) or any(there[thread].waits for thread in queue)
    return tuple(_holder(there[thread], is_certain=certain) for thread in queue)


def _guess(there: Mapping[int, Thread], open_for: Mapping[int, int], table: str, schema: str) -> tuple[LockHolder, ...]:
    waiting = [row for row in there.values() if row.waits and row.changes(table, schema)]
    longest = sorted((thread for thread in open_for if thread in there), key=lambda thread: -open_for[thread])
    rest = [there[thread] for thread in longest if there[thread] not in waiting]
    return tuple(_holder(row, is_certain=False) for row in [*waiting, *rest])


def _holder(row: Thread, *, is_certain: bool) -> LockHolder:
    return LockHolder(row.id, row.user, row.client, row.waits, is_certain)
