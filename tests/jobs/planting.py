"""Rows of a jobs table that are put there by SQL, because no worker would write them."""

from jobsite.lab.identifiers import identifier
from tests.server import SERVER

JOBS_TABLE = """
CREATE TABLE {} (
  table_name varchar(255) NOT NULL, key_hash char(32) NOT NULL, status enum('reserved', 'error', 'ignore') NOT NULL,
  `key` blob, error_message varchar(2047) NOT NULL DEFAULT '', error_stack mediumblob, user varchar(255) NOT NULL
  DEFAULT '', host varchar(255) NOT NULL DEFAULT '', pid int unsigned NOT NULL DEFAULT 0, connection_id bigint unsigned
  NOT NULL DEFAULT 0, timestamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (table_name, key_hash)
)
"""
ANY_SHAPE = """
CREATE TABLE {} (
  table_name text NOT NULL, key_hash text NOT NULL, status text, `key` blob, error_message text,
  error_stack longblob, user text, host text, pid bigint, connection_id bigint unsigned, timestamp datetime,
  PRIMARY KEY (table_name(100), key_hash(100))
)
"""


class Planted:
    """A schema with a jobs table, and rows put in it by SQL."""

    def __init__(self, schema: str, table: str = JOBS_TABLE) -> None:
        self.schema = schema
        self.where = identifier(schema, "~jobs")
        SERVER.sql(table.format(self.where))

    def row(self, **values: object) -> None:
        """Plant a row; what is not given is ordinary."""
        row = {"table_name": "__score", "key_hash": "0" * 32, "status": "error", "user": "alice@localhost", **values}
        columns = ", ".join(identifier(name) for name in row)
        places = ", ".join(["%s"] * len(row))
        SERVER.sql(f"INSERT INTO {self.where.replace('%', '%%')} ({columns}) VALUES ({places})", list(row.values()))

    def failed(self, count: int) -> None:
        """Plant this many failed jobs, in one statement."""
        rows = ", ".join(f"('__score', '{number:032}', 'error', '2026-01-01 00:00:00')" for number in range(count))
        SERVER.sql(f"INSERT INTO {self.where} (table_name, key_hash, status, timestamp) VALUES {rows}")
