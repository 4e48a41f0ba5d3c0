"""Blobs as the real DataJoint writes them are read; no bytes whatever do harm."""

import contextlib
import datetime as dt
import math
import random
import struct
import subprocess
import sys
import uuid
import zlib
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from jobs.formats.blob import Array, BlobError, Limits, first_bytes, unpack
from tests.jobs.packing import Packed

EVERYTHING = {
    "subject_id": 3,
    "name": "Zoë",
    "session_date": dt.date(2026, 1, 4),
    "uid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "depth": Decimal("1.50"),
    "parts": [1, (2.5, None), {"x"}, b"\0\1", 1 + 2j, np.int64(7), np.arange(3)],
}


def naive(*parts: int) -> dt.datetime:
    """A datetime without a zone, the only kind DataJoint stores."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def u64(number: int) -> bytes:
    return struct.pack("<Q", number)


def matlab_text(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return b"A" + u64(2) + u64(1) + u64(len(text)) + struct.pack("<II", 4, 0) + raw


def matlab_number(number: float) -> bytes:
    return b"A" + u64(2) + u64(1) + u64(1) + struct.pack("<II", 6, 0) + struct.pack("<d", number)


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        255,
        2**63,
        -(2**1000),
        True,
        False,
        1.5,
        -0.0,
        math.inf,
        1 - 2j,
        "",
        "Zoë 🐁",
        b"",
        b"\0\xff",
        None,
        (),
        [1, [2, ["three"]]],
        pytest.param({1, "two"}, id="a set"),
        {},
        {"a": {"b": 1}},
        Decimal("-12.340"),
        Decimal("Infinity"),
        uuid.UUID(int=5),
        dt.date(1, 1, 1),
        dt.date(9999, 12, 31),
        dt.time(0, 0),
        dt.time(23, 59, 59, 999_999),
        naive(2026, 1, 4),
        naive(2026, 1, 4, 10, 20, 30, 400_000),
    ],
    ids=repr,
)
def test_a_value_of_python_comes_back_as_it_was(packed: Packed, value: object) -> None:
    read = unpack(packed(value))
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("scalar", "plain"),
    [
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (np.float64(2.25), 2.25),
        (np.bool_(True), True),
        (np.str_("abc"), "abc"),
        (np.complex128(1 + 2j), 1 + 2j),
        (np.datetime64("2026"), dt.date(2026, 1, 1)),
        (np.datetime64("1969-11"), dt.date(1969, 11, 1)),
        (np.datetime64("2026-01-04"), dt.date(2026, 1, 4)),
        (np.datetime64("2026-01-04", "W"), dt.date(2026, 1, 1)),
        (np.datetime64("2026-01-04T05", "h"), naive(2026, 1, 4, 5)),
        (np.datetime64("2026-01-04T05:06", "m"), naive(2026, 1, 4, 5, 6)),
        (np.datetime64("1960-01-04T05:06:07"), naive(1960, 1, 4, 5, 6, 7)),
        (np.datetime64("2026-01-04T05:06:07.123456"), naive(2026, 1, 4, 5, 6, 7, 123_456)),
        (np.datetime64("2026-01-04T05:06:07.123456789"), naive(2026, 1, 4, 5, 6, 7, 123_456)),
        (np.datetime64("NaT", "s"), None),
        (np.array(5), 5),
        (np.array([[5.5]]), 5.5),
        (np.array("text"), "text"),
    ],
    ids=repr,
)
def test_a_numpy_scalar_comes_as_its_plain_value(packed: Packed, scalar: Any, plain: object) -> None:
    blob = packed(np.array(scalar) if isinstance(scalar, np.datetime64) else scalar)
    read = unpack(blob)
    assert (type(read), read) == (type(plain), plain)


@pytest.mark.parametrize(
    ("array", "described"),
    [
        (np.zeros((3, 4)), Array("float64", (3, 4))),
        (np.zeros(2, dtype="complex64"), Array("complex float32", (2,))),
        (np.array([], dtype="int16"), Array("int16", (0,))),
        (np.array(["a", "b"]), Array("object", (2,))),
        (np.array(["2026-01-04", "2026-01-05"], dtype="datetime64[D]"), Array("datetime64[D]", (2,))),
        (np.zeros(2, dtype=[("x", "i4"), ("y", "f8")]), Array("record", (2,))),
    ],
    ids=str,
)
def test_a_larger_array_is_described(packed: Packed, array: Any, described: Array) -> None:
    assert unpack(packed(array)) == described


def test_an_array_says_its_type_and_shape() -> None:
    assert str(Array("float64", (3, 4))) == "float64 array 3 x 4"


def test_a_record_of_one_row_is_a_dict(packed: Packed) -> None:
    assert unpack(packed(np.array((1, 2.5), dtype=[("x", "i4"), ("y", "f8")]))) == {"x": 1, "y": 2.5}


def test_nan_is_a_float(packed: Packed) -> None:
    assert math.isnan(unpack(packed(math.nan)))  # type: ignore[arg-type]


def test_a_key_with_numpy_values_is_read(packed: Packed) -> None:
    assert unpack(packed({"subject_id": np.int64(3), "ok": np.bool_(True)})) == {"subject_id": 3, "ok": True}


def test_a_long_value_is_read_from_its_compressed_form(packed: Packed) -> None:
    blob = packed("line of a traceback\n" * 500)
    assert (blob[:6], unpack(blob)) == (b"ZL123\0", "line of a traceback\n" * 500)


def test_a_struct_of_matlab_is_a_dict() -> None:
    fields = b"".join(u64(len(raw)) + raw for raw in (matlab_number(3), matlab_text("rêve")))
    blob = b"mYm\0S" + u64(2) + u64(1) + u64(1) + struct.pack("<I", 2) + b"subject_id\0name\0" + fields
    assert unpack(blob) == {"subject_id": 3.0, "name": "rêve"}


def test_structs_as_datajoint_writes_them_are_dicts(packed: Packed, datajoint: Any) -> None:
    structs = np.array([(1, "a"), (2, "b")], dtype=[("n", object), ("s", object)]).view(datajoint.MatStruct)
    assert unpack(packed(structs)) == [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}]


def test_cells_as_datajoint_writes_them_are_a_list(packed: Packed, datajoint: Any) -> None:
    assert unpack(packed(np.array([1, "two"], dtype=object).view(datajoint.MatCell))) == [1, "two"]


@pytest.mark.parametrize("value", [EVERYTHING, "compressed " * 200], ids=["plain", "compressed"])
def test_a_blob_cut_anywhere_is_an_error(packed: Packed, value: object) -> None:
    blob = packed(value)
    for end in range(len(blob)):
        with pytest.raises(BlobError):
            unpack(blob[:end])


def test_a_changed_byte_anywhere_gives_a_value_or_an_error(packed: Packed) -> None:
    blob = packed(EVERYTHING)
    for place in range(len(blob)):
        for byte in (0x00, 0x01, 0x7F, 0x80, 0xFF, blob[place] ^ 0x04):
            read_or_refused(blob[:place] + bytes([byte]) + blob[place + 1 :])


@pytest.mark.slow
def test_random_bytes_give_a_value_or_an_error() -> None:
    chance = random.Random(20260104)
    for protocol in (b"", b"dj0\0", b"mYm\0", b"ZL123\0"):
        for _ in range(5_000):
            read_or_refused(protocol + chance.randbytes(chance.randrange(60)))


@pytest.mark.slow
def test_random_structures_give_a_value_or_an_error() -> None:
    chance = random.Random(4)
    codes = b"\1\2\3\4\5\6\x0a\x0b\x0c\x0d\xffdtuASCF"
    numbers = [u64(number) for number in (0, 1, 2, 3, 9, 16, 2**31, 2**63, 2**64 - 1)]
    for _ in range(20_000):
        parts = [bytes([chance.choice(codes)]), *chance.choices(numbers, k=3), bytes([chance.choice(codes)])]
        read_or_refused(b"dj0\0" + b"".join(parts) + chance.randbytes(chance.randrange(20)))


def read_or_refused(blob: bytes) -> None:
    with contextlib.suppress(BlobError):
        unpack(blob)


@pytest.mark.parametrize("code", list(b"\1\2\3\4"))
@pytest.mark.parametrize("count", [2**63, 2**64 - 1, 2**32])
def test_a_count_without_the_data_for_it_is_refused(code: int, count: int) -> None:
    with pytest.raises(BlobError, match=r"^a count larger than the data$"):
        unpack(b"dj0\0" + bytes([code]) + u64(count) + b"\0\0")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"\5" + u64(2**63), "data that ends too early"),
        (b"\6" + u64(2**64 - 1), "data that ends too early"),
        (b"A" + u64(2**62), "a count larger than the data"),
        (b"A" + u64(65) + u64(1) * 65, "an array of too many dimensions"),
        (b"A" + u64(3) + u64(2**64 - 1) * 3 + struct.pack("<II", 6, 0), "data that ends too early"),
        (b"A" + u64(1) + u64(2**63) + struct.pack("<II", 5, 0), "a count larger than the data"),
        (b"A" + u64(0) + struct.pack("<II", 99, 0), "an array of an unknown type"),
        (b"A" + u64(0) + struct.pack("<IIq", 65_536, 0, 2**40), "a datetime64 out of range"),
        (b"A" + u64(0) + struct.pack("<IIq", 65_539, 0, 2**62), "a datetime64 out of range"),
        (b"A" + u64(0) + struct.pack("<IIq", 65_542, 0, 2**62), "a datetime64 out of range"),
        (b"C" + u64(2) + u64(2**32) * 2, "a count larger than the data"),
        (b"F" + struct.pack("<I", 2**32 - 1), "too many values"),
        (b"S" + u64(1) + u64(2**63) + struct.pack("<I", 1) + b"a\0", "a count larger than the data"),
        (b"S" + u64(0) + struct.pack("<I", 1) + b"abc", "a name without an end"),
        (b"P" + u64(2), "unknown type code 0x50"),
        (b"\x0a\xff\xff" + b"\1" * 0xFFFF, "an integer that is too long"),
        (b"d" + u64(12) + b"1E+999999999", "a decimal that is too long"),
        (b"d" + u64(2000) + b"9" * 2000, "a decimal that is too long"),
        (b"d" + u64(3) + b"one", "a decimal that is not a number"),
        (b"t" + struct.pack("<iq", 20_261_301, -1), "a date or time out of range"),
        (b"t" + struct.pack("<iq", 0, -1), "a date or time out of range"),
        (b"t" + struct.pack("<iq", 2**31 - 1, 2**63 - 1), "a date or time out of range"),
        (b"\5" + u64(2) + b"\xff\xfe", "text that is not UTF-8"),
        (b"\3" + u64(1) + u64(9) + b"\2" + u64(0), "a set of values that cannot be in one"),
        (b"\3" + u64(1) + u64(13) + b"d" + u64(4) + b"sNaN", "a set of values that cannot be in one"),
        (b"\4" + u64(1) + u64(9) + b"\2" + u64(0) + u64(1) + b"\xff", "a dict with a name that cannot be one"),
        (b"\2" + u64(1) + u64(5) + b"\xff", "a value of another length than declared"),
        (b"\xff\0", "bytes left over after its value"),
        (b"", "data that ends too early"),
    ],
)
def test_a_hostile_value_is_refused_with_its_reason(body: bytes, problem: str) -> None:
    with pytest.raises(BlobError, match=f"^{problem}$"):
        unpack(b"dj0\0" + body)


def test_structs_without_fields_are_none_however_many_are_claimed() -> None:
    assert unpack(b"mYm\0S" + u64(1) + u64(2**63) + struct.pack("<I", 0)) == []


def test_bytes_of_another_kind_are_no_blob() -> None:
    with pytest.raises(BlobError, match=r"^not a DataJoint blob$"):
        unpack(b"\x80\4K\1.")


def test_three_thousand_nested_lists_are_refused() -> None:
    blob = b"\xff"
    for _ in range(3000):
        blob = b"\2" + u64(1) + u64(len(blob)) + blob
    with pytest.raises(BlobError, match=r"^nested too deeply$"):
        unpack(b"dj0\0" + blob)


def test_nesting_is_read_down_to_the_limit(packed: Packed) -> None:
    assert unpack(packed([[["deep"]]]), limits=Limits(depth=3)) == [[["deep"]]]


def test_nesting_beyond_the_limit_is_refused(packed: Packed) -> None:
    with pytest.raises(BlobError, match=r"^nested too deeply$"):
        unpack(packed([[["deep"]]]), limits=Limits(depth=2))


def test_values_beyond_the_limit_are_refused(packed: Packed) -> None:
    with pytest.raises(BlobError, match=r"^too many values$"):
        unpack(packed(list(range(100))), limits=Limits(items=100))


def test_a_plain_blob_beyond_the_limit_is_refused(packed: Packed) -> None:
    with pytest.raises(BlobError, match=r"^larger than 10 bytes$"):
        unpack(packed("x" * 100), limits=Limits(inflated_bytes=10))


def test_a_blob_that_inflates_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BlobError, match=r"^larger than 1,048,576 bytes when inflated$"):
        unpack(b"ZL123\0" + u64(100) + zlib.compress(bytes(2 * 1024 * 1024)))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (u64(5) + b"rubbish", "compressed data that cannot be inflated"),
        (u64(5) + zlib.compress(b"dj0\0\xff")[:-1], "compressed data that ends too early"),
        (u64(6) + zlib.compress(b"dj0\0\xff"), "compressed data of another size than declared"),
    ],
)
def test_damaged_compression_is_refused_with_its_reason(body: bytes, problem: str) -> None:
    with pytest.raises(BlobError, match=f"^{problem}$"):
        unpack(b"ZL123\0" + body)


BOMB = """
import resource, zlib
stream = zlib.compressobj()
body = b"".join(stream.compress(bytes(1024 * 1024)) for _ in range(200)) + stream.flush()
from jobs.formats.blob import BlobError, unpack
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    unpack(b"ZL123\\0" + (200 * 1024 * 1024).to_bytes(8, "little") + body)
except BlobError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000)
"""


@pytest.mark.slow
def test_200_mb_in_a_small_blob_take_little_memory() -> None:
    run = subprocess.run([sys.executable, "-c", BOMB], capture_output=True, text=True, check=True)
    assert run.stdout == "True\n"


def test_the_first_bytes_are_shown_in_hexadecimal() -> None:
    assert first_bytes(b"dj0\0\4", count=4) == "64 6a 30 00"
