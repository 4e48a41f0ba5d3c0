"""Rows that an attacker with INSERT on one schema could plant: every page shows them as text."""

import struct
import zlib

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.jobs.planting import ANY_SHAPE, Planted
from tests.lab import Lab
from tests.pages import cells, look, page, text_of, tokens
from tests.server import SERVER

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>&amp;</b>{{ 7|add:7 }}{% now 'Y' %}"
INVISIBLE = "a\x01\x07\x1b[2J\u202eb\u2066c\u200b\u0085d"


def text_blob(text: str) -> bytes:
    """Return what DataJoint would make of a text."""
    raw = text.encode()
    return b"dj0\0\x05" + struct.pack("<Q", len(raw)) + raw


def zipped(raw: bytes) -> bytes:
    """Return a compressed blob."""
    return b"ZL123\0" + struct.pack("<Q", len(raw)) + zlib.compress(raw)


def bomb(megabytes: int) -> bytes:
    """Return a small blob that inflates to many megabytes."""
    packer = zlib.compressobj()
    chunk = bytes(1_000_000)
    packed = b"".join(
        [packer.compress(b"dj0\0\x06"), *(packer.compress(chunk) for _ in range(megabytes)), packer.flush()]
    )
    return b"ZL123\0" + struct.pack("<Q", megabytes * 1_000_000 + 5) + packed


def nested(levels: int) -> bytes:
    """Return lists in lists."""
    inner = b"\xff"
    for _ in range(levels):
        inner = b"\x02" + struct.pack("<QQ", 1, len(inner)) + inner
    return b"dj0\0" + inner


ENDLESS = b"mYm\0A" + struct.pack("<Q", 0) + b"\xff" * 2
FRAMES = "".join(f'  File "/lab/<b>{n}</b>.py", line {n}, in <i>\n    <u>{n}</u>\n' for n in range(3_000))
CHAIN = "\n\nThe above exception was the direct cause of the following exception:\n\n".join(
    f"Traceback (most recent call last):\n{FRAMES[:2_000]}Error: {MARKUP}" for _ in range(50)
)

BLOBS = {
    "endless": ENDLESS,
    "a count without end": b"dj0\0\x02" + b"\xff" * 8,
    "a bomb": bomb(200),
    "nested": nested(3000),
    "nothing": b"",
    "no blob": b"\x89PNG\r\n" + bytes(range(256)),
    "markup": text_blob(MARKUP),
    "many frames": text_blob(f"Traceback (most recent call last):\n{FRAMES}Error: {MARKUP}"),
    "a long chain": zipped(text_blob(CHAIN)),
    "megabytes": zipped(text_blob("<b>ab&cd-" * 10 + "a" * 7_900_000)),
    "one long line": zipped(text_blob("a" * 7_000_000)),
    "a damaged zip": b"ZL123\0" + struct.pack("<Q", 99) + b"\x78\x9c\xff\xff",
}


def pages_of(client: Client, schema: str) -> tuple[BeautifulSoup, list[BeautifulSoup], BeautifulSoup]:
    """Return the list, the page of every job in it, and the page that confirms clearing them."""
    found = look(client, f"/jobs/?schema={schema.replace('%', '%25').replace(' ', '+')}")
    links = [str(link["href"]) for link in found.select('td[data-label="Table"] a')]
    confirmed = client.post("/jobs/clear/confirm/", {"job": tokens(found, "job")})
    assert confirmed.status_code == 200
    return found, [look(client, link) for link in links], page(confirmed)


def foreign_tags(*found: BeautifulSoup) -> list[str]:
    """Return the tags that no page of ours has: whatever a row smuggled in."""
    return [
        str(tag)[:80]
        for one in found
        for tag in one.find_all(True)
        if (tag.name in ("img", "u", "i") and tag.find_parent(class_="pair") is None)
        or (tag.name == "script" and not tag.get("src"))
        or any(name.startswith("on") for name in tag.attrs)
        or text_of(tag) == "14"
    ]


@pytest.mark.parametrize("name", BLOBS)
def test_a_hostile_key_shows_as_text(planted: Planted, operator: Client, name: str) -> None:
    planted.row(key=BLOBS[name][:65_535], error_message="planted")
    listed, jobs, confirmed = pages_of(operator, planted.schema)
    assert cells(listed, "Message") == cells(confirmed, "Message") == ["planted"]
    assert [len(cells(found, "Key")) for found in (listed, confirmed)] == [1, 1]
    assert listed.select(".unreadable") != []
    assert foreign_tags(listed, *jobs, confirmed) == []


@pytest.mark.parametrize("name", BLOBS)
def test_a_hostile_stack_shows_as_text(planted: Planted, operator: Client, name: str) -> None:
    planted.row(error_stack=BLOBS[name], error_message="planted")
    listed, (job,), confirmed = pages_of(operator, planted.schema)
    assert text_of(job.select_one(".exception")) == "planted"
    assert job.select_one("section.stack") is not None
    assert foreign_tags(listed, job, confirmed) == []


def test_markup_in_every_column_shows_as_text(planted: Planted, operator: Client) -> None:
    markup = dict.fromkeys(("table_name", "error_message", "user", "host"), MARKUP)
    key = {MARKUP: MARKUP}
    ((name, value),) = key.items()
    pair = [bytes([5]) + struct.pack("<Q", len(text)) + text.encode() for text in (name, value)]
    blob = b"dj0\0\x04" + struct.pack("<Q", 1) + b"".join(struct.pack("<Q", len(part)) + part for part in pair)
    planted.row(**markup, key_hash="<script>alert(3)</script>", key=blob, error_stack=text_blob(MARKUP))
    listed, (job,), confirmed = pages_of(operator, planted.schema)
    assert foreign_tags(listed, job, confirmed) == []
    assert cells(listed, "Message") == [MARKUP]
    assert text_of(job.h1) == f"{MARKUP} {planted.schema}"
    assert text_of(job.select_one("#stack_text")) == MARKUP


def test_tables_of_any_name_are_listed_opened_and_confirmed(planted: Planted, operator: Client) -> None:
    names = ["a`b", "`; DROP TABLE x; --", "%s", "a/b", "..", "", "?x=1#y", "🧠", "x\n y", "\\", "{{ 7 }}"]
    for name in names:
        planted.row(table_name=name, error_message="planted")
    _, jobs, confirmed = pages_of(operator, planted.schema)
    assert [text_of(job.select_one(".exception")) for job in jobs] == ["planted"] * len(names)
    assert text_of(confirmed.h1) == f"Clear {len(names)} jobs?"


def test_invisible_characters_and_marks_that_turn_the_reading_direction_are_taken(
    planted: Planted, operator: Client
) -> None:
    planted.row(**dict.fromkeys(("table_name", "key_hash", "error_message", "user", "host"), INVISIBLE))
    listed, jobs, confirmed = pages_of(operator, planted.schema)
    assert [len(cells(listed, "Table")), len(jobs), len(cells(confirmed, "Table"))] == [1, 1, 1]


def test_columns_without_end_are_cut_by_the_server(lab: Lab, operator: Client) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    for name in "abcdefghijklmnopqrst":
        planted.row(table_name=name)
    for column in ("key", "error_message", "error_stack", "user", "host", "status"):
        SERVER.sql(f"UPDATE {planted.where} SET `{column}` = REPEAT('x', 65535)")
    SERVER.sql(f"UPDATE {planted.where} SET error_stack = REPEAT('x', 10000000) WHERE table_name = 'a'")
    for sort in ("message", "age"):
        response = operator.get(f"/jobs/?schema={planted.schema}&sort={sort}&message=xx")
        assert len(cells(page(response), "Table")) == 20
        assert len(response.content) < 200_000
    job = look(operator, f"/jobs/{planted.schema}/a/{'0' * 32}/")
    assert text_of(job.select_one(".stack .unreadable")).startswith("not readable (not a DataJoint blob)")


def test_a_table_of_ten_megabytes_a_column_is_left_out_and_the_others_stay(lab: Lab, operator: Client) -> None:
    hostile, plain = Planted(lab.schema(), ANY_SHAPE.replace(" text", " longtext")), Planted(lab.schema())
    hostile.row(table_name="a")
    for column in ("error_message", "user", "host", "status"):
        SERVER.sql(f"UPDATE {hostile.where} SET `{column}` = REPEAT('x', 10000000)")
    plain.row()
    found = look(operator, "/jobs/?sort=message&host=&user=alice")
    assert f"Score {plain.schema}" in cells(found, "Table")
    said = f"The jobs of {hostile.schema} are not shown: its column table_name is a longtext."
    assert said in [text_of(notice) for notice in found.select(".notice")]


def test_nothing_in_every_column_is_shown_as_nothing(lab: Lab, operator: Client) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    columns = ("key", "error_message", "error_stack", "user", "host", "pid", "connection_id", "timestamp")
    planted.row(**dict.fromkeys(columns))
    listed, (job,), confirmed = pages_of(operator, planted.schema)
    assert cells(listed, "Key") == ["no key stored"]
    assert cells(listed, "Age") == cells(confirmed, "Age") == ["unknown"]
    assert "None" not in text_of(listed.table) + text_of(job.article)


def test_a_reservation_of_nobody_is_listed(lab: Lab, operator: Client) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    planted.row(status="reserved", user=None, timestamp=None)
    listed, jobs, _ = pages_of(operator, planted.schema)
    assert text_of(listed.select_one(".liveness")) == "cannot tell"
    assert len(jobs) == 1


def test_a_zero_date_is_shown_as_unknown(lab: Lab, operator: Client) -> None:
    planted = Planted(lab.schema(), ANY_SHAPE)
    with SERVER.connected() as driver, driver.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        cursor.execute(
            f"INSERT INTO {planted.where} (table_name, key_hash, status, timestamp) VALUES ('a', 'b', 'error', 0)"
        )
    listed, jobs, _ = pages_of(operator, planted.schema)
    assert cells(listed, "Age") == ["unknown"]
    assert len(jobs) == 1


@pytest.mark.parametrize("charset", ["latin1", "binary", "ucs2", "utf8mb3"])
def test_texts_of_any_character_set_are_listed(lab: Lab, operator: Client, charset: str) -> None:
    planted = Planted(lab.schema(charset=charset))
    with SERVER.connected() as driver, driver.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        cursor.execute(
            f"INSERT INTO {planted.where} (table_name, key_hash, status, error_message) "
            "VALUES ('__score', 'b', 'error', X'D83DFF80C3')"
        )
    if charset == "binary":
        found = look(operator, f"/jobs/?schema={planted.schema}")
        assert cells(found, "Table") == []
        assert "its column table_name is a varbinary" in text_of(found.select_one(".notice"))
        return
    listed, jobs, _ = pages_of(operator, planted.schema)
    assert len(cells(listed, "Table")) == len(jobs) == 1


def test_a_thousand_tables_of_any_name_do_not_fill_the_page(planted: Planted, operator: Client) -> None:
    rows = ", ".join(f"('t{number}', 'h', 'ignore')" for number in range(20_000))
    SERVER.sql(f"INSERT INTO {planted.where} (table_name, key_hash, status) VALUES {rows}")
    found = look(operator, f"/jobs/?schema={planted.schema}")
    assert len(found.select('select[name="table"] option')) == 501


def test_a_thousand_reservations_of_one_connection_do_not_fill_the_connections_page(
    planted: Planted, lab: Lab, admin: Client
) -> None:
    _, thread = lab.idle()
    rows = ", ".join(f"('t{number}', 'h', 'reserved', {thread}, 'bob@127.0.0.1')" for number in range(5_000))
    SERVER.sql(f"INSERT INTO {planted.where} (table_name, key_hash, status, connection_id, user) VALUES {rows}")
    found = look(admin, "/connections/?user=bob")
    links = [link.text for link in found.select('td[data-label="Holds"] a')]
    assert (len(links), links[-1]) == (6, "4995 more")
