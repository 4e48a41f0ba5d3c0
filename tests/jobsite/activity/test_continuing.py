"""One request at a time goes on with an act; a claim is renewed with each chunk, runs out, and can be lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobsite.activity.continuing import ClaimLostError, StopAskedError, claim, claim_to_stop, is_under_way, release
from jobsite.activity.models import Act, ActChunk, Continuation
from jobsite.activity.record import ActRecord, begin_act

pytestmark = pytest.mark.django_db


def begun() -> ActRecord:
    """Begin an act that later requests can go on with."""
    return begin_act("otto", "clear", "All.", sent="all=1", total=3)


def now() -> Continuation:
    """Return what stands there."""
    return Continuation.objects.get()


def run_out() -> None:
    """Let a claim run out, as that of a killed process does."""
    Continuation.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


def test_the_request_that_begins_an_act_has_it_for_itself() -> None:
    begun()
    assert (is_under_way(now()), claim(now(), 1)) == (True, False)


def test_a_paused_act_is_claimed_once() -> None:
    begun().pause({"done": 1}, ["lab", "~jobs"])
    assert [claim(now(), 1), claim(now(), 1), claim(now(), 2)] == [True, False, False]
    assert (now().outcome, now().position, now().slices) == ({"done": 1}, ["lab", "~jobs"], 2)


def test_a_claim_runs_out() -> None:
    begun()
    run_out()
    assert (is_under_way(now()), claim(now(), 1)) == (False, True)


def test_each_chunk_renews_the_claim() -> None:
    record = begun()
    run_out()
    with record.chunk("lab", [("a",)]):
        assert is_under_way(now())


def test_who_lost_the_claim_writes_no_chunk() -> None:
    record = begun()
    run_out()
    claim(now(), 1)
    with pytest.raises(ClaimLostError), record.chunk("lab", [("a",)]):
        pytest.fail("Its statement would be sent.")
    assert ActChunk.objects.count() == 0
    with pytest.raises(ClaimLostError):
        record.pause({}, [])
    assert is_under_way(now())  # the other's claim is left alone


def test_the_end_of_a_chunk_is_written_with_what_comes_next() -> None:
    record = begun()
    for number in (1, 2):
        with record.chunk("lab", [("a",)]) as chunk:
            chunk.counts = {"cleared": number}
    assert [one.counts for one in ActChunk.objects.all()] == [{"cleared": 1}, {}]
    record.pause({}, [])
    assert [one.counts for one in ActChunk.objects.all()] == [{"cleared": 1}, {"cleared": 2}]


def test_the_end_of_a_chunk_is_written_although_the_next_one_is_stopped() -> None:
    record = begun()
    with record.chunk("lab", [("a",)]) as chunk:
        chunk.counts = {"cleared": 1}
    claim_to_stop(now(), "ada")
    with pytest.raises(StopAskedError), record.chunk("lab", [("a",)]):
        pytest.fail("Its statement would be sent.")
    record.end("Cleared 1 job.", "Stopped by ada.")
    assert [one.counts for one in ActChunk.objects.all()] == [{"cleared": 1}]


def test_a_request_given_back_is_as_it_was() -> None:
    begun().pause({}, [])
    found = now()
    claim(found, 1)
    release(found)
    assert (now().slices, is_under_way(now())) == (1, False)


def test_whoever_is_asked_to_stop_sends_no_further_statement() -> None:
    record = begun()
    assert not claim_to_stop(now(), "ada")
    with pytest.raises(StopAskedError, match=r"^Stopped by ada\.$"), record.chunk("lab", [("a",)]):
        pytest.fail("Its statement would be sent.")
    with pytest.raises(StopAskedError):
        record.pause({}, [])
    assert ActChunk.objects.count() == 0


def test_who_stops_a_paused_act_ends_it() -> None:
    begun().pause({}, [])
    assert [claim_to_stop(now(), "ada"), claim_to_stop(now(), "ada")] == [True, False]


def test_an_act_that_has_ended_does_not_go_on() -> None:
    begun().end("Cleared 3 jobs.")
    assert (Continuation.objects.count(), Act.objects.get().outcome) == (0, "Cleared 3 jobs.")
