"""The quick first look finds exactly what the pattern that the servers read finds, in any case."""

import re

import pytest

from jobsite.masking.hints import ALTERNATIVES, may_hold_a_secret
from jobsite.masking.random_texts import DRAWN
from tests.jobsite.masking.corpus import TEXTS_WITH_SECRETS, TEXTS_WITHOUT, marked

SLOW_LOOK = re.compile("|".join((*ALTERNATIVES, DRAWN)), re.IGNORECASE)
TEXTS = [re.sub("[⟦⟧]", "", text) for text in (*marked(TEXTS_WITH_SECRETS), *marked(TEXTS_WITHOUT))]


@pytest.mark.parametrize("case", [str, str.lower, str.upper, str.swapcase])
def test_the_quick_look_finds_what_the_pattern_finds(case: type[str]) -> None:
    texts = [case(text) for text in TEXTS]
    assert [text for text in texts if may_hold_a_secret(text) != bool(SLOW_LOOK.search(text))] == []


def test_a_part_of_a_text_is_looked_at_alike() -> None:
    parts = [text[begin : begin + 12] for text in TEXTS for begin in range(0, len(text), 12)]
    assert [part for part in parts if may_hold_a_secret(part) != bool(SLOW_LOOK.search(part))] == []


@pytest.mark.parametrize("text", ["ПАРОЛЬ 1", "pa\u017fſwd", "to\u212aen"])
def test_letters_outside_ascii_are_small_and_large_too(text: str) -> None:
    assert may_hold_a_secret(text)
