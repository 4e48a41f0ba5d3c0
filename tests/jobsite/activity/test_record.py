"""The record of acts: what was meant is there before anything is done, what became of it after."""

from datetime import UTC, datetime
from typing import Any, NoReturn

import pytest
from django.db import InterfaceError, connection

from jobsite.activity.models import Act, ActChunk
from jobsite.activity.record import RecordError, begin_act

pytestmark = pytest.mark.django_db
SEEN = ("__score", "a" * 32, "error", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


def test_what_is_meant_is_there_before_anything_is_done() -> None:
    record = begin_act("olga", "clear", "Jobs that failed.")
    with record.chunk("lab_ephys", [SEEN]):
        (act,) = Act.objects.all()
        (chunk,) = act.chunks.all()
        assert (act.username, act.verb, act.meant, act.outcome, act.ended_at) == (
            "olga",
            "clear",
            "Jobs that failed.",
            "",
            None,
        )
        assert (chunk.schema, chunk.rows, chunk.counts, chunk.ended_at) == (
            "lab_ephys",
            [["__score", "a" * 32, "error", "2026-01-02T03:04:05Z"]],
            {},
            None,
        )


def test_what_became_of_it_is_there_after() -> None:
    record = begin_act("olga", "clear", "Jobs that failed.")
    with record.chunk("lab_ephys", [SEEN]) as chunk:
        chunk.counts = {"cleared": 1}
    record.end("Cleared 1 job.")
    act, chunk_row = Act.objects.get(), ActChunk.objects.get()
    assert (act.outcome, act.stopped, act.ended_at is None) == ("Cleared 1 job.", "", False)
    assert (chunk_row.counts, chunk_row.ended_at is None) == ({"cleared": 1}, False)


def test_a_chunk_that_failed_has_no_end() -> None:
    record = begin_act("olga", "clear", "Jobs that failed.")
    with pytest.raises(ZeroDivisionError), record.chunk("lab_ephys", [SEEN]):
        raise ZeroDivisionError
    record.end("Nothing was cleared.", stopped="The lab's server does not answer.")
    assert (ActChunk.objects.get().ended_at, Act.objects.get().stopped) == (None, "The lab's server does not answer.")


def test_without_a_record_nothing_is_begun() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE activity_act RENAME TO activity_act_away")
    with pytest.raises(RecordError, match="could not be written"):
        begin_act("olga", "clear", "Jobs that failed.")


def test_where_another_program_holds_the_record_that_is_said() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER held BEFORE INSERT ON activity_act BEGIN SELECT RAISE(ABORT, 'database is locked'); END"
        )
    with pytest.raises(RecordError, match=r"\(database is locked\).* or whether another program holds it\.$"):
        begin_act("olga", "clear", "Jobs that failed.")


def test_a_connection_that_was_closed_is_a_record_that_cannot_be_written(caplog: pytest.LogCaptureFixture) -> None:
    record = begin_act("olga", "clear", "Jobs that failed.")
    with connection.execute_wrapper(fail_as_on_a_closed_connection):
        with pytest.raises(RecordError, match="could not be written"):
            begin_act("olga", "clear", "Jobs that failed.")
        record.end("Cleared 1 job.")
    assert "could not be completed" in caplog.text


def fail_as_on_a_closed_connection(*statement: Any) -> NoReturn:
    """Raise what the drivers of MySQL and PostgreSQL raise there; SQLite has no connection that could be closed."""
    raise InterfaceError(0, "")


def test_an_act_that_cannot_be_completed_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    record = begin_act("olga", "clear", "Jobs that failed.")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE activity_act RENAME TO activity_act_away")
    record.end("Cleared 1 job.")
    assert "could not be completed" in caplog.text


@pytest.mark.parametrize(
    ("error", "cause"),
    [(KeyboardInterrupt(), "Ctrl-C"), (ZeroDivisionError("x"), "an error of Jobsite, ZeroDivisionError")],
)
def test_an_act_that_is_broken_off_has_what_was_done_and_why(error: BaseException, cause: str) -> None:
    begin_act("olga", "clear", "Jobs that failed.").break_off("Cleared 1 job.", error)
    act = Act.objects.get()
    assert (act.outcome, act.stopped, act.ended_at is None) == (
        "Cleared 1 job.",
        f"It was broken off by {cause}.",
        False,
    )


def test_a_time_that_is_unknown_can_be_recorded() -> None:
    with begin_act("olga", "clear", "Jobs that failed.").chunk("lab_ephys", [("__score", "a" * 32, "error", None)]):
        assert ActChunk.objects.get().rows == [["__score", "a" * 32, "error", None]]
