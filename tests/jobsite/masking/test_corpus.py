"""No secret of the corpus is shown, and what holds none is left as it is."""

import re
from collections.abc import Callable, Iterable

from jobsite.masking.statements import masked_statement, without_literals
from jobsite.masking.text import masked
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


def leaks(mask: Callable[[str], str], texts: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the texts of which a marked secret can still be read once they are masked, with these secrets."""
    shown = [(text, mask(bare(text))) for text in texts]
    found = [(text, [secret for secret in SECRET.findall(text) if secret in readable]) for text, readable in shown]
    return [(text, secrets) for text, secrets in found if secrets]


def bare(text: str) -> str:
    """Return a text without its marks."""
    return text.replace("⟦", "").replace("⟧", "")


def touched(mask: Callable[[str], str], texts: Iterable[str]) -> list[str]:
    """Return the texts that masking changes."""
    return [text for text in texts if mask(text) != text]


def test_no_statement_shows_a_secret() -> None:
    assert leaks(masked_statement, marked(STATEMENTS_WITH_SECRETS)) == []


def test_no_statement_without_literals_shows_a_secret() -> None:
    assert leaks(without_literals, marked(STATEMENTS_WITH_SECRETS)) == []


def test_no_message_or_traceback_shows_a_secret() -> None:
    assert leaks(masked, [*marked(TEXTS_WITH_SECRETS), *TRACEBACKS_WITH_SECRETS]) == []


def test_few_statements_without_a_secret_are_changed() -> None:
    texts = marked(STATEMENTS_WITHOUT)
    assert len(touched(masked_statement, texts)) <= len(texts) * MOST_TOUCHED, touched(masked_statement, texts)


def test_few_texts_without_a_secret_are_changed() -> None:
    texts = marked(TEXTS_WITHOUT)
    assert len(touched(masked, texts)) <= len(texts) * MOST_TOUCHED, touched(masked, texts)


def test_the_corpus_is_a_large_one() -> None:
    blocks = (STATEMENTS_WITH_SECRETS, TEXTS_WITH_SECRETS, STATEMENTS_WITHOUT, TEXTS_WITHOUT)
    assert [len(marked(block)) >= least for block, least in zip(blocks, (100, 200, 30, 200), strict=True)] == [True] * 4
