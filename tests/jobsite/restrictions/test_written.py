"""Whatever is written: it is read, or refused in a sentence; and what is read is written so that it is read again."""

import pytest

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from jobsite.restrictions.columns import JOBS  # noqa: E402
from jobsite.restrictions.literals import as_literal, text_in  # noqa: E402
from jobsite.restrictions.reading import Restriction, read_restriction  # noqa: E402
from jobsite.restrictions.refusal import RestrictionError  # noqa: E402
from tests.jobsite.restrictions.generated import OF_JOBS  # noqa: E402


def read(text: str) -> Restriction | RestrictionError:
    """Return the restriction in a text, or its refusal."""
    try:
        return read_restriction(text, JOBS)
    except RestrictionError as error:
        return error


@given(st.one_of(OF_JOBS, st.text(), st.text("pidANOR ='\"\\%()-5`,")))
@settings(deadline=None, database=None)
def test_a_text_is_read_or_refused(text: str) -> None:
    found = read(text)
    if isinstance(found, RestrictionError):
        assert 0 <= found.position <= len(text)
        assert str(found).isprintable()
    else:
        assert read(str(found)) == found


@given(st.text(st.characters(codec="utf-8")))
@settings(database=None)
def test_a_text_in_quotation_marks_is_the_same_text(text: str) -> None:
    assert text_in(as_literal(text)) == text
