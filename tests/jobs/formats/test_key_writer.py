"""A key is packed as DataJoint packs it, byte by byte."""

import pytest

from jobs.formats.key import read_fields
from jobs.formats.key_writer import pack_key
from tests.jobs.packing import Packed

KEYS = [
    {"subject": "m1", "session": 1},
    {"subject": "Überlänge 🧠", "session": -1},
    {"a": 0, "b": 127, "c": 128, "d": -128, "e": -129, "f": 2**63, "g": 255, "h": 256},
    {"x": 1.5, "y": float("inf"), "z": -0.0},
    {"is_good": True, "is_bad": False, "none": None, "": ""},
    {"long": "m" * 5000},
    {"random": "".join(chr(33 + number * 7 % 90) for number in range(1500))},
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_packed_as_datajoint_does(packed: Packed, key: dict[str, object]) -> None:
    assert pack_key(key) == packed(key)
    assert read_fields(pack_key(key)) == key


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"bytes", 1j, "\ud800"])
def test_a_value_that_no_key_has_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(ValueError, match=r"^The value of subject is none that a key can have"):
        pack_key({"subject": value})


def test_no_key_and_too_long_a_key_are_refused() -> None:
    for key in ({}, {"subject": "".join(chr(0x4E00 + number) for number in range(20_000)) * 2}):
        with pytest.raises(ValueError, match=r"^A key "):
            pack_key(key)
