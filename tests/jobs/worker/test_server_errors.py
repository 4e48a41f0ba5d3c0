"""jobs/worker/server_errors.py: which errors pass, and which mean that the server takes no writes just now."""

import pymysql
import pytest

from jobs.worker.server_errors import (
    NO_COMMIT,
    NO_MEMORY,
    NO_ROOM,
    NOT_READY,
    READ_ONLY,
    is_busy,
    is_deadlock,
    is_denied,
    is_duplicate,
    is_gone,
    is_temporary,
    keeps_transaction,
    no_writes_reason,
)

OPTION = "The MySQL server is running with the --{} option so it cannot execute this statement"
SAID = [
    (1114, "The table 'spikes' is full", NO_ROOM),
    (1021, "Disk full (/tmp/ML1); waiting for someone to free some space...", NO_ROOM),
    (20, "Disk is full writing './binlog.000004' (OS errno 28 - No space left on device)", NO_ROOM),
    (3, 'Error writing file "/tmp/MYfd=12" (Errcode: 28 "No space left on device")', NO_ROOM),
    (3, "Error writing file '/tmp/ML.28' (OS errno 5 - Input/output error)", ""),
    (1, "Can't create/write to file '/tmp/MY28' (OS errno 122 - Disk quota exceeded)", NO_ROOM),
    (1, "Can't create/write to file '/tmp/x' (OS errno 13 - Permission denied)", ""),
    (1005, 'Can\'t create table `a`.`z28` (errno: 135 "No more room in record file")', NO_ROOM),
    (1005, 'Can\'t create table `a`.`z` (errno: 150 "Foreign key constraint is incorrectly formed")', ""),
    (1026, "Error writing file 'binlog' (errno: 28 - No space left on device)", NO_ROOM),
    (1026, "Fehler beim Schreiben der Datei 'binlog' (Fehler: 28 \"Kein Platz\")", NO_ROOM),
    (1030, "Got error 28 - 'No space left on device' from storage engine", NO_ROOM),
    (1030, 'Got error 28 "No space left on device" from storage engine InnoDB', NO_ROOM),
    (1030, 'Got error 1 "Operation not permitted" from storage engine InnoDB', ""),
    (1030, 'Got error 30 "Read-only file system" from storage engine Aria', READ_ONLY),
    (1180, 'Got error 28 "No space left on device" during COMMIT', NO_ROOM),
    (1037, "Out of memory; restart server and try again (needed 8 bytes)", NO_MEMORY),
    (1041, "Out of memory; check if mysqld or some other process uses all available memory", NO_MEMORY),
    (1290, OPTION.format("read-only"), READ_ONLY),
    (1290, OPTION.format("super-read-only"), READ_ONLY),
    (1290, "Der Server läuft mit der Option --read_only und kann diese Anweisung nicht ausführen", READ_ONLY),
    (1290, OPTION.format("secure-file-priv"), ""),
    (1290, OPTION.format("skip-grant-tables"), ""),
    (1792, "Cannot execute statement in a READ ONLY transaction", READ_ONLY),
    (1836, "Running in read-only mode", READ_ONLY),
    (1874, "InnoDB is in read only mode.", READ_ONLY),
    (1047, "WSREP has not yet prepared node for application use", NOT_READY),
    (1047, "Unknown command", ""),
    (3101, "Plugin instructed the server to rollback the current transaction.", NO_COMMIT),
    (3100, "Error on observer while running replication hook 'before_commit'.", NO_COMMIT),
    (1213, "Deadlock found when trying to get lock; try restarting transaction", ""),
    (1062, "Duplicate entry '1114' for key 'PRIMARY'", ""),
]


@pytest.mark.parametrize(("number", "text", "why"), SAID)
def test_the_number_says_why_or_the_text_does(number: int, text: str, why: str) -> None:
    assert no_writes_reason(pymysql.err.OperationalError(number, text)) == why


def test_an_error_of_the_workers_own_disk_is_not_the_servers() -> None:
    assert no_writes_reason(OSError(28, "No space left on device")) == ""
    assert no_writes_reason(ValueError(1114, "The table is full")) == ""


def test_an_error_without_a_text_says_nothing() -> None:
    assert no_writes_reason(pymysql.err.OperationalError(1114)) == ""
    assert no_writes_reason(pymysql.err.InterfaceError()) == ""


@pytest.mark.parametrize("number", [1040, 1053, 1927, 2002, 2003, 2006, 2013, 4031])
def test_a_server_that_is_gone_is_waited_for(number: int) -> None:
    error = pymysql.err.OperationalError(number, "gone")
    assert (is_gone(error), is_busy(error), is_temporary(error)) == (True, False, True)


@pytest.mark.parametrize(
    ("number", "text", "is_waited_for"),
    [
        (1203, "User bob already has more than 'max_user_connections' active connections", True),
        (1226, "User 'bob' has exceeded the 'max_user_connections' resource (current value: 2)", True),
        (1226, "User 'bob' has exceeded the 'max_queries_per_hour' resource (current value: 2)", False),
    ],
)
def test_an_account_without_a_connection_left_is_waited_for(number: int, text: str, is_waited_for: bool) -> None:
    assert is_temporary(pymysql.err.OperationalError(number, text)) == is_waited_for


@pytest.mark.parametrize(("number", "keeps"), [(1205, True), (1317, True), (1969, True), (3024, True), (1213, False)])
def test_a_server_that_is_busy_is_waited_for_and_only_a_deadlock_ends_the_transaction(number: int, keeps: bool) -> None:
    error = pymysql.err.OperationalError(number, "busy")
    assert (is_busy(error), keeps_transaction(error), is_deadlock(error)) == (True, keeps, not keeps)
    assert is_temporary(error)


@pytest.mark.parametrize("number", [1044, 1142, 1143, 1062])
def test_no_waiting_helps_where_a_privilege_lacks_or_a_row_is_there(number: int) -> None:
    error = pymysql.err.OperationalError(number, "refused")
    assert (is_denied(error), is_duplicate(error), is_temporary(error)) == (number != 1062, number == 1062, False)


def test_datajoints_own_errors_are_known_by_their_classes() -> None:
    from datajoint.errors import AccessError, DuplicateError, LostConnectionError

    assert is_gone(LostConnectionError("Connection was lost"))
    assert is_denied(AccessError("Insufficient privileges.", "INSERT command denied", "INSERT INTO ..."))
    assert is_duplicate(DuplicateError("Duplicate entry '1' for key 'PRIMARY'"))
