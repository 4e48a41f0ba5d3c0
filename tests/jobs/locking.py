"""How a jobs table comes to be locked: by somebody who has it alone, or by somebody who waits to have it alone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

from tests.lab import Lab, eventually
from tests.server import SERVER

STATE = "SELECT state FROM information_schema.processlist WHERE id = %s"


@contextmanager
def locked_by_bob(lab: Lab, schema: str, mode: str = "WRITE") -> Iterator[int]:
    """Let bob lock a schema's jobs table; yield his connection."""
    with bob_locks(lab, f"`{schema}`.`~jobs`", mode) as (thread, _):
        yield thread


@contextmanager
def altered(lab: Lab, schema: str) -> Iterator[int]:
    """Let bob wait to change a schema's jobs table, because alice has read it and goes on; yield alice's connection."""
    reader, thread = lab.idle("alice")
    reader.query("BEGIN")
    reader.query(f"SELECT 1 FROM `{schema}`.`~jobs`")
    reader.store_result()
    with bob_waits(f"ALTER TABLE `{schema}`.`~jobs` COMMENT 'changed'", until=lambda: reader.query("ROLLBACK")):
        yield thread


@contextmanager
def moved(lab: Lab, schema: str) -> Iterator[int]:
    """Let bob have a schema's jobs table so that MariaDB cannot even tell its columns: he waits to rename a second."""
    other = lab.schema(name=f"{schema}_z")  # tables are locked in the order of their names
    SERVER.sql(f"CREATE TABLE `{other}`.`second` (a int)")
    moves = f"`{schema}`.`~jobs` TO `{schema}`.`moved`, `{other}`.`second` TO `{other}`.`moved`"
    with bob_locks(lab, f"`{other}`.`second`", "READ") as (_, free):

        def give_up() -> None:
            SERVER.sql(f"KILL {thread}")
            free()

        with bob_waits(f"RENAME TABLE {moves}", until=give_up) as thread:
            yield thread


@contextmanager
def bob_locks(lab: Lab, table: str, mode: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """Let bob lock a table; yield his connection and what frees it."""
    driver, thread = lab.idle("bob")
    driver.query(f"LOCK TABLES {table} {mode}")
    try:
        yield thread, lambda: driver.query("UNLOCK TABLES")
    finally:
        driver.query("UNLOCK TABLES")


@contextmanager
def bob_waits(statement: str, *, until: Callable[[], None]) -> Iterator[int]:
    """Let bob wait for a table with a statement; `until` is called in the end and lets it go on."""
    with SERVER.connected("bob") as driver, ThreadPoolExecutor(1) as place:
        thread = driver.thread_id()
        running = place.submit(lambda: driver.query(statement))
        try:
            eventually(lambda: "metadata lock" in str(SERVER.sql(STATE, [thread])), "somebody who waits for the table")
            yield thread
        finally:
            until()
            running.exception()  # it may have been ended meanwhile


Locking = Callable[[Lab, str], AbstractContextManager[int]]
WAYS: dict[str, Locking] = {"LOCK TABLES": locked_by_bob, "an ALTER that waits": altered, "a RENAME that waits": moved}
