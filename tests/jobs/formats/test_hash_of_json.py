"""The hash of a key that a person writes as JSON is the one that DataJoint gives it."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobs.formats.key import hash_of_json

VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str)
"""What JSON can say of a key; NaN and the infinities too, as Python writes them."""


@given(key=st.dictionaries(st.text(), VALUES))
@example(key={"b": 12, "a": 1})
@example(key={"a": 2.0, "A": 1e16, "ä": -0.0, "": True})
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hash_of_a_key_in_json_is_that_of_datajoint(datajoint: Any, key: dict[str, object]) -> None:
    for ascii_only in (True, False):
        assert hash_of_json(json.dumps(key, ensure_ascii=ascii_only)) == datajoint.key_hash(key)


@pytest.mark.parametrize(
    "text", ["", "2", "[1]", '{"id": 2', "{'id': 2}", '{"id": 1, "id": 2}', '{"id": "\\ud800"}', "[" * 100_000]
)
def test_what_is_no_object_of_json_has_no_hash(text: str) -> None:
    with pytest.raises(ValueError, match=r'is no key: write its attributes as a JSON object, such as {"id": 2}\.$'):
        hash_of_json(text)
