"""jobs/worker/window.py: which keys come next, in chunks that follow the make; no server is asked."""

import random

import pytest

from jobs.worker.window import (
    CHUNK_S,
    LARGEST_CHUNK,
    LARGEST_LOOK,
    LARGEST_WINDOW,
    WIDEST_SPREAD,
    WINDOW_S,
    KeyWindow,
)

QUICK_S, SLOW_S = 0.001, 1.0


def first(below: int) -> int:
    """Choose the first place, where a worker chooses any."""
    return 0


def last(below: int) -> int:
    """Choose the last place."""
    return below - 1


def fill(window: KeyWindow, taken: set[int] | None = None) -> list[int]:
    """Look at the candidates, fill the window with those that are not `taken`, and return all that were looked at."""
    looked_at = window.candidates()
    window.take_out(len(looked_at))
    window.fill(len(looked_at), [number for number in looked_at if number not in (taken or set())])
    return looked_at


def chunks(window: KeyWindow, make_s: float) -> list[list[int]]:
    """Take everything, as one worker alone does whose makes all take `make_s`."""
    taken = []
    while window:
        if window.is_empty:
            fill(window)
        taken.append(window.next_chunk())
        window.record_duration(make_s)
    return taken


def in_order(window: KeyWindow, make_s: float) -> list[int]:
    """Take everything in the same way, and return it key by key."""
    return [number for chunk in chunks(window, make_s) for number in chunk]


def test_a_worker_alone_keeps_the_order() -> None:
    assert in_order(KeyWindow(100, last), QUICK_S) == list(range(100))


def test_the_first_chunk_is_one_key_and_each_is_twice_the_one_before_up_to_the_largest() -> None:
    sizes = [len(chunk) for chunk in chunks(KeyWindow(1_000, first), QUICK_S)]
    assert sizes[:7] == [1, 2, 4, 8, 16, 32, 32]
    assert max(sizes) == LARGEST_CHUNK


@pytest.mark.parametrize("make_s", [SLOW_S, CHUNK_S, CHUNK_S / 2 + 0.001])
def test_a_key_is_taken_alone_when_a_chunk_would_take_too_long(make_s: float) -> None:
    assert [len(chunk) for chunk in chunks(KeyWindow(5, first), make_s)] == [1] * 5


def test_one_slow_make_makes_the_next_chunk_small_again() -> None:
    window = KeyWindow(1_000, first)
    for _ in range(6):
        window.record_duration(QUICK_S)
    window.record_duration(SLOW_S)
    fill(window)
    assert window.next_chunk() == [0]


def test_a_window_holds_what_is_computed_in_its_time() -> None:
    window = KeyWindow(1_000, first)
    window.spread()
    for _ in range(9):
        window.record_duration(WINDOW_S / 10.5)
    assert len(fill(window)) == 10
    window = KeyWindow(1_000, first)
    window.spread()
    for _ in range(9):
        window.record_duration(QUICK_S)
    assert len(fill(window)) == LARGEST_WINDOW


def test_a_worker_that_has_met_nobody_looks_at_no_more_than_a_chunk() -> None:
    window = KeyWindow(1_000, first)
    window.record_duration(QUICK_S)
    assert (window.is_spread, window.candidates()) == (False, [0, 1])


def test_workers_that_meet_start_at_other_places() -> None:
    window = KeyWindow(1_000, last)
    fill(window)
    window.leave()
    assert window.is_spread
    assert window.candidates() == [3]


def test_the_spread_has_a_limit_and_no_place_lies_behind_the_last_key() -> None:
    window = KeyWindow(10_000, last)
    for _ in range(9):
        window.leave()
    assert window.candidates()[0] == WIDEST_SPREAD - 1
    window = KeyWindow(10, last)
    for _ in range(9):
        window.leave()
    assert window.candidates() == [9]


def test_where_most_keys_are_taken_the_next_look_is_farther_up_to_a_limit() -> None:
    window = KeyWindow(10_000, first)
    window.spread()
    sizes = [len(fill(window, taken=set(range(10_000)))) for _ in range(11)]
    assert sizes[:4] == [1, 2, 4, 8]
    assert sizes[-1] == LARGEST_LOOK


def test_where_most_keys_are_taken_no_more_than_a_chunk_is_kept_from_anywhere_among_them() -> None:
    window = KeyWindow(8, last)
    window.spread()
    for _ in range(2):
        window.record_duration(QUICK_S)
    fill(window, taken={0, 2})
    assert window.next_chunk() == [1, 3]


def test_where_few_keys_are_taken_the_first_free_ones_are_kept() -> None:
    window = KeyWindow(8, last)
    window.spread()
    for _ in range(2):
        window.record_duration(QUICK_S)
    window.candidates()
    assert fill(window, taken={1}) == [0, 1, 2, 3]
    assert window.next_chunk() == [0, 2, 3]


def test_what_is_left_of_a_window_is_put_back_in_its_order() -> None:
    window = KeyWindow(8, first)
    window.spread()
    for _ in range(2):
        window.record_duration(QUICK_S)
    fill(window)
    window.leave()
    assert window.is_empty
    assert in_order(window, SLOW_S) == list(range(8))


def test_keys_come_first_or_last_as_they_are_put_back() -> None:
    window = KeyWindow(3, first)
    fill(window)
    (number,) = window.next_chunk()
    window.put_last(number)
    fill(window)
    window.put_first(window.next_chunk())
    assert in_order(window, SLOW_S) == [1, 2, 0]


def test_no_keys_are_left_of_none() -> None:
    window = KeyWindow(0, last)
    assert not window
    assert fill(window) == []


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_key_comes_once(seed: int) -> None:
    chance = random.Random(seed)
    window = KeyWindow(500, chance.randrange)
    taken, done = set(chance.sample(range(500), 100)), list[int]()
    while window:
        if window.is_empty:
            done += [number for number in fill(window, taken) if number in taken]
        chunk = window.next_chunk()
        if chance.random() < 0.1:
            window.put_first(chunk)
        else:
            done += chunk
        if chance.random() < 0.2:
            window.leave()
        window.record_duration(chance.choice([QUICK_S, 0.02, SLOW_S]))
    assert sorted(done) == list(range(500))
