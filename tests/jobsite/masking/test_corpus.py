"""No secret of the corpus is shown, and what holds none is left as it is."""

import re
from collections.abc import Callable

import pytest

from jobsite.masking.statements import masked_statement, without_literals
from jobsite.masking.text import MAY_HOLD, masked
from tests.jobsite.masking.corpus import (
    STATEMENTS_WITH_SECRETS,
    STATEMENTS_WITHOUT,
    TEXTS_WITH_SECRETS,
    TEXTS_WITHOUT,
    TRACEBACKS_WITH_SECRETS,
    marked,
)

SECRET = re.compile("⟦(.*?)(?:⟧|\\Z)", re.DOTALL)
MOST_TOUCHED = 0.05
"""Of the texts without a secret, at most so many may be changed."""


def shown_secrets(mask: Callable[[str], str], text: str) -> list[str]:
    """Return the marked secrets of a text that can still be read once it is masked."""
    shown = mask(text.replace("⟦", "").replace("⟧", ""))
    return [secret for secret in SECRET.findall(text) if secret in shown]


@pytest.mark.parametrize("text", marked(STATEMENTS_WITH_SECRETS))
def test_a_statement_shows_no_secret(text: str) -> None:
    assert shown_secrets(masked_statement, text) == []


@pytest.mark.parametrize("text", [*marked(TEXTS_WITH_SECRETS), *TRACEBACKS_WITH_SECRETS])
def test_a_text_shows_no_secret(text: str) -> None:
    assert shown_secrets(masked, text) == []


def test_few_statements_without_a_secret_are_changed() -> None:
    texts = marked(STATEMENTS_WITHOUT)
    touched = [text for text in texts if masked_statement(text) != text]
    assert len(touched) <= len(texts) * MOST_TOUCHED, touched


def test_few_texts_without_a_secret_are_changed() -> None:
    texts = marked(TEXTS_WITHOUT)
    touched = [text for text in texts if masked(text) != text]
    assert len(touched) <= len(texts) * MOST_TOUCHED, touched


@pytest.mark.parametrize("text", marked(STATEMENTS_WITH_SECRETS))
def test_a_statement_without_literals_shows_no_secret(text: str) -> None:
    assert shown_secrets(without_literals, text) == []


def test_a_text_that_is_masked_has_a_hint() -> None:
    texts = [text.replace("⟦", "").replace("⟧", "") for text in (*marked(TEXTS_WITH_SECRETS), *TRACEBACKS_WITH_SECRETS)]
    assert [text for text in texts if not MAY_HOLD.search(text)] == []
