"""In which ways does a lab's make insert the row of its key, and in which ways does it not? By their names."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import datajoint as dj

Key = dict[str, Any]
SPARE = {"subject": "spare", "session": 1}


def recordings(table: Any) -> Any:
    """Return the table that gives the keys."""
    return table.parents(as_objects=True)[0]


def rolls_back(table: Any, row: Key) -> None:
    table.insert1(row)
    table.connection.cancel_transaction()


def rolls_back_unseen(table: Any, row: Key) -> None:
    table.insert1(row)
    # NO RELEASE: a server of completion_type=2 would end the connection, for DataJoint's own populate too.
    table.connection._conn.query("ROLLBACK NO RELEASE")


def connects_again(table: Any, row: Key) -> None:
    table.insert1(row)
    table.connection.close()
    table.connection.connect()


def deletes(table: Any, row: Key) -> None:
    table.insert1(row)
    (table & row).delete_quick()


def moves(table: Any, row: Key) -> None:
    table.insert1(row)
    where = f"subject = '{row['subject']}'"
    table.connection.query(f"UPDATE {table.full_table_name} SET subject = 'second' WHERE {where}")


def is_skipped(table: Any, row: Key) -> None:
    (frames,) = (table & SPARE).fetch("frames")
    table.insert1({**row, "frames": frames}, skip_duplicates=True)


def fails_inside(table: Any, row: Key) -> None:
    with suppress(dj.errors.DuplicateError):
        table.insert1({**row, **SPARE})


def commits(table: Any, row: Key) -> None:
    table.insert1(row)
    table.connection.commit_transaction()


def selects(table: Any, row: Key) -> None:
    table.insert((recordings(table) & row).proj(frames=str(row["frames"])))


def inserts_beside(table: Any, row: Key) -> None:
    info = table.connection.conn_info
    other = dj.Connection(info["host"], info["user"], info["passwd"], info["port"], use_tls=False)
    values = (row["subject"], row["session"], row["frames"])
    other.query(f"INSERT INTO {table.full_table_name} VALUES (%s, %s, %s)", values)
    other.close()


NOTHING: dict[str, Callable[[Any, Key], object]] = {
    "returns": lambda table, row: None,
    "an empty list": lambda table, row: table.insert([]),
    "no rows": lambda table, row: table.insert((recordings(table) & row & "FALSE").proj(frames="1")),
    "rolls back": rolls_back,
    "rolls back unseen": rolls_back_unseen,
    "connects again": connects_again,
    "deletes": deletes,
    "moves": moves,
    "another key": lambda table, row: table.insert1({**row, "subject": "third"}),
    "a part of another": lambda table, row: table.Clip.insert1({**SPARE, "clip": 1}),
    "is skipped": is_skipped,
    "fails inside": fails_inside,
}
SOMETHING: dict[str, Callable[[Any, Key], object]] = {
    "": lambda table, row: table.insert1(row),
    "a class": lambda table, row: type(table).insert1(row),
    "replaces": lambda table, row: table.insert1(row, replace=True),
    "skips": lambda table, row: table.insert1(row, skip_duplicates=True),
    "twice": lambda table, row: (table.insert1(row), table.insert1(row, skip_duplicates=True)),
    "in capitals": lambda table, row: table.insert1({**row, "subject": row["subject"].upper()}),
    "with parts": lambda table, row: (
        table.insert1(row),
        table.Clip.insert1({**row, "clip": 1}, ignore_extra_fields=True),
    ),
    "selects": selects,
    "commits": commits,
    "beside": inserts_beside,
}
