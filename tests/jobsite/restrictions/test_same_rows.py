"""A restriction selects exactly the rows that the server selects for the same text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsite.restrictions.columns import CONNECTIONS, JOBS, Column
from jobsite.restrictions.reading import read_restriction
from jobsite.restrictions.refusal import RestrictionError
from tests.jobsite.restrictions.generated import OF_CONNECTIONS, OF_JOBS
from tests.jobsite.restrictions.servers_answer import Filled, filled

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

NUMBER = int(os.environ.get("TEST_RESTRICTIONS", "500"))
ANY = st.one_of(st.tuples(OF_JOBS, st.just(JOBS)), st.tuples(OF_CONNECTIONS, st.just(CONNECTIONS)))


@pytest.fixture(scope="module")
def tables(accounts: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Filled]:
    """The tables of all tests here."""
    with django_db_blocker.unblock(), filled() as made:
        yield made


@given(ANY)
@settings(max_examples=NUMBER, deadline=None, database=None)
def test_a_restriction_selects_the_rows_that_its_text_does(
    tables: Filled, written: tuple[str, Sequence[Column]]
) -> None:
    text, columns = written
    try:
        restriction = read_restriction(text, columns)
    except RestrictionError:
        return
    for _, theirs, ours in tables.answers(text, restriction, columns):
        assert ours == theirs
