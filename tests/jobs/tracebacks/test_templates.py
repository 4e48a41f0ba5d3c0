"""What messages of one problem have in common."""

import time

import pytest

from jobs.tracebacks.shapes import SHAPE_CHARS, shape_of
from jobs.tracebacks.templates import template_of


def template(text: str, exception: str = "ValueError") -> str:
    """Return the template of a message's text."""
    return template_of(shape_of(text), exception)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""),
        ("all is said.", "all is said"),
        ("index 5 is out of bounds for axis 0 with size 3", "index # is out of bounds for axis # with size #"),
        ("-3.5e-05 of 1,000 is nan, or -inf", "# of # is #, or #"),
        ("1 channel is bad", "# channel is bad"),
        ("7 channels is bad", "# channel is bad"),
        ("flag is True", "flag is #"),
        ("no data of m012, JR-0067 and 4f05e2c5-eaa3-11f1-b09d-02fc00000001", "no data of # and #"),
        ("at 2026-11-03 10:10:05.123+01:00", "at #"),
        ("at Tue Nov 3 10:10:05 2026", "at #"),
        ("at 3 March 2026, by bob@lab.org", "at #, by #"),
        ("<Session at 0x7F3a>", "<Session at #>"),
        ("shapes (3,4) (5,)", "shapes #"),
        ("shapes (3,) (3,4,5)", "shapes #"),
        ("channels [3, 5, 7] are saturated", "channels # are saturated"),
        ("channels [3] are saturated", "channels # are saturated"),
        ("array([[1., 2.],\n       [3., nan]])", "array#"),
        ("{'subject': 'm1', 'session': 3} has no trials", "# has no trials"),
        ("cannot read '/data/x y/a.csv'", "cannot read #"),
        ("cannot read C:\\data\\a.csv", "cannot read #"),
        ("https://lab.org:80/a?b=c is down", "# is down"),
        ("it isn't one of 'a', \"b c\" and “d”", "it isn't one of # and #"),
        ("expected ':' or ','", "expected ':' or ','"),
        ("no row of `lab`.`units`", "no row of `lab`.`units`"),
        ("cut off in 'the mid", "cut off in #"),
        ("cut off in (3, 4, ", "cut off in #"),
        ("Tier „Müsli 2“ oder ‚Löwe‘ fehlt", "Tier # oder # fehlt"),
        ("l’essai « été » ou ‹ 7 › manque", "l’essai # ou # manque"),
        ("刺激「格子」と『音』が見つかりません", "刺激#と#が見つかりません"),
        ("Tier „Mü", "Tier #"),
        ("f() failed", "f() failed"),
        ("no row (subject=m1, block=3)", "no row #"),
        ("it ended\n10:03 lost 3\n10:04 lost 4\n10:05 lo", "it ended # lost #"),
        ("got:\narray=[0. 1.]\nReshape it", "got: array=#"),
        ("2 errors\nrate\n  is missing", "# error rate is missing"),
    ],
)
def test_what_varies_is_a_mark(text: str, found: str) -> None:
    assert template(text) == found


@pytest.mark.parametrize(
    ("exception", "text", "found"),
    [
        ("AttributeError", "'NoneType' object has no attribute 'shape'", "'NoneType' object has no attribute 'shape'"),
        ("SyntaxError", "invalid syntax (sort.py, line 3)", "invalid syntax"),
        ("SyntaxError", "'(' was never closed (C:\\lab\\sort.py, line 3)", "'(' was never closed"),
        ("KeyError", "'subject'", "#"),
        ("KeyError", "\"['rate'] not in index\"", "# not in index"),
        ("OperationalError", "(1040, 'Too many connections')", "# Too many connections"),
        ("OperationalError", "(1114, \"The table '__a' is full\")", "# The table # is full"),
        ("ExceptionGroup", "bad trials (2 sub-exceptions)", "bad trials"),
        ("RecursionError", "maximum recursion depth exceeded in comparison", "maximum recursion depth exceeded"),
    ],
)
def test_what_is_said_depends_on_the_exception(exception: str, text: str, found: str) -> None:
    assert template(text, exception) == found


def test_a_secret_is_in_no_template() -> None:
    assert template("no log-in with password=swordfish at db") == template("no log-in with password=trout at db")


@pytest.mark.parametrize("letters", ["a", "a.", "a@", "'", "#,", "(", "/", "#-", "a#.", "-+", "# a", "Mon "])
def test_no_message_takes_long(letters: str) -> None:
    began = time.process_time()
    template_of((letters * SHAPE_CHARS)[:SHAPE_CHARS], "ValueError")
    assert time.process_time() - began < 1  # some ms; a pattern that goes wrong takes minutes
