"""What helps, by stated rules: each where it holds, and nothing where none does."""

from collections.abc import Sequence

import pytest

from jobs.error_groups.advice import Facts, advice_on
from jobs.error_groups.groups import Counted, ErrorGroup, Help, JobName
from jobs.error_groups.sharing.candidates import Form
from jobs.error_groups.sharing.claims import Against, Claim, Share
from jobs.listing.failures.kinds import kind_of
from jobs.tracebacks.signature import signature_of


def group(message: str = "ValueError: bad", count: int = 3, hosts: Sequence[str] = ("gpu01", "gpu02")) -> ErrorGroup:
    """Return a group of so many jobs."""
    return ErrorGroup(
        signature=signature_of(message, ""),
        kind=kind_of(message),
        count=count,
        tables=(),
        users=(),
        hosts=tuple(Counted(host, 1) for host in hosts),
        first=None,
        last=None,
        in_1_h=0,
        in_24_h=0,
        in_7_d=0,
        days=(0,) * 7,
        newest=JobName("lab", "__score", "0" * 32),
    )


def helps(found: ErrorGroup, **facts: object) -> Help | None:
    """Return what helps against a group."""
    advice = advice_on(found, Facts(**facts))  # type: ignore[arg-type]
    return advice.what if advice else None


def test_where_no_rule_holds_nothing_is_said() -> None:
    assert helps(group()) is None


@pytest.mark.parametrize("message", ["KeyboardInterrupt", "OperationalError: (1205, 'Lock wait timeout exceeded')"])
def test_what_was_stopped_or_passes_is_tried_again_also_when_it_failed_twice(message: str) -> None:
    assert helps(group(message), failed_again=2) is Help.RETRY


def on_one_host(against: Against = Against.PASSED) -> Claim:
    """Return the claim that failed keys ran on gpu01, and others did not."""
    return Claim("host", Form.VALUE, ("gpu01",), Share(3, 3), Share(0, 58), against)


def why(found: ErrorGroup, **facts: object) -> str:
    """Return what helps and why, as a page says it."""
    advice = advice_on(found, Facts(**facts))  # type: ignore[arg-type]
    return f"{advice.what.value}: {advice.why}" if advice else ""


def test_what_fails_on_one_host_alone_is_tried_on_another() -> None:
    assert why(group(), host=on_one_host()) == "Retry elsewhere: none of the 58 that passed ran on gpu01"


def test_where_nobody_knows_what_passed_it_says_with_what_the_host_was_compared() -> None:
    assert why(group(), host=on_one_host(Against.OTHER_JOBS)).endswith(
        "none of the 58 other jobs compared ran on gpu01"
    )


def test_what_is_missing_on_a_host_is_mended_there_and_not_tried_elsewhere() -> None:
    assert helps(group("FileNotFoundError: [Errno 2] No such file", hosts=["gpu01"]), host=on_one_host()) is Help.MEND


def test_a_file_that_is_missing_on_one_host_is_mended_there() -> None:
    found = group("FileNotFoundError: [Errno 2] No such file or directory: '/mnt/archive/a'", hosts=["rig"])
    assert advice_on(found).why == "all on rig: are its disks mounted?"  # type: ignore[union-attr]


@pytest.mark.parametrize(("count", "hosts"), [(1, ["rig"]), (3, ["rig", "gpu01"])])
def test_a_missing_file_tells_nothing_of_a_host_that_is_not_alone(count: int, hosts: Sequence[str]) -> None:
    assert helps(group("FileNotFoundError: [Errno 2] No such file", count, hosts)) is None


def test_keys_that_failed_twice_are_fixed_first() -> None:
    assert helps(group(), failed_again=1) is Help.FIX


def test_code_that_cannot_run_is_fixed_first() -> None:
    assert helps(group("AttributeError: 'NoneType' object has no attribute 'shape'")) is Help.FIX


def test_an_error_that_was_ignored_before_may_be_ignored_again() -> None:
    assert advice_on(group(), Facts(ignored=2, failed_again=2)).why == "2 keys with this error are ignored already"  # type: ignore[union-attr]


def test_where_the_rows_are_there_the_job_is_cleared_whatever_else_is_known() -> None:
    assert helps(group("KeyboardInterrupt"), with_rows=Share(3, 3), ignored=1, host=on_one_host()) is Help.CLEAR


@pytest.mark.parametrize(
    ("are_all", "looked_up", "said"),
    [
        (True, 1, "the row is there by now"),
        (True, 3, "the rows are there by now"),
        (False, 20, "the 20 keys looked up have their rows by now"),
        (False, 1, "the key that was looked up has its row by now"),
    ],
)
def test_it_says_of_how_many_keys_the_rows_are_known_to_be_there(are_all: bool, looked_up: int, said: str) -> None:
    assert why(group(), with_rows=Share(looked_up, looked_up), are_all=are_all) == f"Clear: {said}"


def test_where_a_row_is_missing_nothing_is_said_of_rows() -> None:
    assert helps(group(), with_rows=Share(2, 3)) is None
