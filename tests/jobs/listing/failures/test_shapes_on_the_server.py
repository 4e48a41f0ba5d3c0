"""The server makes the same shapes of messages as Python does."""

import random

from jobs.layouts.message_shapes import letters_off, tails_off
from jobs.tracebacks.shapes import shape_of
from jobsite.lab.sql import lab_cursor

LETTERS = (
    *("a", "b", "Z", "_", "0", "9", "12", "#", "'", '"', "\\", "%", " ", "\n", "\r", "\t", "-", ".", ":", "/"),
    *("(", "]", "é", "ß", "ſ", "İ", "ı", "\u212a", "٣", "²", "日", "😀", "\u200b", "\u0301", "\x00", "\x1b"),
)
LENGTHS = (0, 1, 5, 40, 300, 1200)
SHAPE = letters_off(tails_off("message"))


def texts(number: int) -> list[str]:
    """Return so many texts of all that a message may hold."""
    chance = random.Random(number)
    made = [[chance.choice(LETTERS) for _ in range(chance.choice(LENGTHS))] for _ in range(number)]
    return ["".join(letters) * chance.choice((1, 1, 1, 30)) for letters in made]


def test_the_server_says_the_same_of_any_text(accounts: None, db: None) -> None:
    messages = texts(400)
    with lab_cursor() as cursor:
        rows = " UNION ALL ".join(f"SELECT {number} AS number, %s AS message" for number in range(len(messages)))
        cursor.execute(f"SELECT {SHAPE} FROM ({rows}) AS messages ORDER BY number", messages)
        assert [shape for (shape,) in cursor.fetchall()] == [shape_of(message) for message in messages]
