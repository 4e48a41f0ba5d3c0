"""Failures of one problem have one fingerprint; those of two have two."""

import pytest

from jobs.tracebacks.signature import FINGERPRINT, signature_of

HEADER = "Traceback (most recent call last):\n"
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"


def frame(name: str, line: int = 3) -> str:
    """Return a frame of own code; `name` is `file.py function`."""
    file, function = name.split()
    return f'  File "/home/a/lab/{file}", line {line}, in {function}\n    x = 1\n'


def fingerprint(message: str, *stack: str) -> str:
    """Return the name of a failure's group."""
    return signature_of(message, "".join(stack)).fingerprint


STACK = (HEADER, frame("pipe.py make"), frame("io.py load"), "ValueError: bad 3\n")
FIRST = fingerprint("ValueError: bad 3", *STACK)


def test_the_name_of_a_group_stays_as_it_is() -> None:
    assert FIRST == "1-3f55607615e4"
    assert FINGERPRINT.fullmatch(FIRST)


@pytest.mark.parametrize(
    ("message", "stack"),
    [
        ("ValueError: bad 17", STACK),
        ("lab.ValueError: bad m012", STACK),
        ("ValueError: bad 3", (HEADER, frame("pipe.py make", 90), frame("io.py load", 91), "ValueError: bad 3\n")),
        ("ValueError: bad 3", (HEADER, frame("other.py make"), frame("io.py load"), "ValueError: bad 3\n")),
    ],
)
def test_what_does_not_count_makes_no_other_group(message: str, stack: tuple[str, ...]) -> None:
    assert fingerprint(message, *stack) == FIRST


@pytest.mark.parametrize(
    ("message", "stack"),
    [
        ("ValueError: good 3", STACK),
        ("TypeError: bad 3", STACK),
        ("ValueError: bad 3", (HEADER, frame("pipe.py make"), frame("io.py save"), "ValueError: bad 3\n")),
        ("ValueError: bad 3", (HEADER, frame("pipe.py make"), frame("fit.py load"), "ValueError: bad 3\n")),
        ("ValueError: bad 3", (HEADER, frame("a.py find"), "KeyError: 1\n", CAUSE, *STACK)),
        ("ValueError: bad 3", ()),
        ("", ()),
    ],
)
def test_what_counts_makes_another_group(message: str, stack: tuple[str, ...]) -> None:
    assert fingerprint(message, *stack) != FIRST


def test_how_often_something_was_tried_does_not_count() -> None:
    cause = (HEADER, frame("a.py find"), "KeyError: 1\n", CAUSE)
    assert fingerprint("ValueError: bad", *cause, *STACK) == fingerprint("ValueError: bad", *cause * 3, *STACK)


@pytest.mark.parametrize("message", ["KeyboardInterrupt", "SystemExit: SIGTERM received"])
def test_where_a_worker_was_stopped_does_not_count(message: str) -> None:
    assert fingerprint(message, *STACK) == fingerprint(message)


def test_a_group_says_why_its_failures_are_one() -> None:
    found = signature_of("lab.errors.OwnError: no trials of m012", "".join(STACK))
    said = [(part.text, part.varies) for part in found.message]
    assert (found.exception, said, str(found.own_frame)) == (
        "OwnError",
        [("no trials of ", False), ("id", True)],
        "load · io.py",
    )


def test_no_secret_is_shown() -> None:
    assert "swordfish" not in repr(signature_of("ValueError: cannot log in with password=swordfish", ""))
