"""The key of a chosen table in columns of the list."""

from bs4 import BeautifulSoup
from django.test import Client

from tests.jobs.packing import Packed
from tests.jobs.planting import Planted
from tests.pages import cells, headers_of, labels_of_rows, look, text_of

KEY = ["subject", "session"]


def listed(client: Client, schema: str, query: str = "table=__score") -> BeautifulSoup:
    """Return the list of one table's jobs."""
    return look(client, f"/jobs/?schema={schema}&{query}")


def test_a_chosen_table_s_key_stands_in_columns(failed_jobs: str, viewer: Client) -> None:
    found = listed(viewer, failed_jobs)
    assert headers_of(found)[0][3:6] == ["Key", *KEY]
    assert sorted(cells(found, "subject")) == ["m1", "m2"]
    assert cells(found, "session") == ["1", "1"]
    assert labels_of_rows(found) == [headers_of(found)] * 2


def test_of_several_tables_keys_stand_in_one_column(failed_jobs: str, viewer: Client) -> None:
    assert [name for name in headers_of(listed(viewer, failed_jobs, "status=error"))[0] if name in KEY] == []


def test_no_attribute_of_a_key_sorts(failed_jobs: str, viewer: Client) -> None:
    assert listed(viewer, failed_jobs).select("th.attribute a") == []


def test_a_key_with_other_attributes_is_shown_whole(planted: Planted, packed: Packed, viewer: Client) -> None:
    keys = [{"subject": "m1", "session": 1}, {"subject": "m2", "session": 2}, {"subject": "m3", "scan": 1, "z": 2}]
    for number, key in enumerate(keys):
        planted.row(key_hash=f"{number:032}", key=packed(key))
    planted.row(key_hash="f" * 32, key=None)
    found = listed(viewer, planted.schema)
    whole = [text_of(cell) for cell in found.select("td.whole")]
    assert sorted(whole) == ["no key stored", "subject= m3 scan= 1 z= 2"]
    assert sorted(cells(found, "subject")) == ["m1", "m2"]


def test_a_hostile_value_is_text_in_its_column(planted: Planted, packed: Packed, viewer: Client) -> None:
    planted.row(key=packed({"subject": '"><script>\n\x1b[2J', "session": 1}))
    found = listed(viewer, planted.schema)
    assert found.select("td script") == []
    (cell,) = found.select('td[data-label="subject"]')
    assert cell.get_text() == cell["title"]
    assert cell.get_text().isprintable()
