"""Any name of the lab's server stands in an address, and comes out of it as it was."""

import itertools
from urllib.parse import unquote

import pytest
from django.urls import resolve, reverse

from jobsite.pages.paths import NameConverter

NAMES = [
    "",
    ".",
    "..",
    "...",
    "a",
    "a/b",
    "/",
    "~",
    "~0",
    "~1",
    "~2",
    "~3",
    "~4",
    "~~2",
    "a\\b",
    "%2F",
    "a%",
    "a b",
    " ",
]
NAMES += [
    "?x=1",
    "#",
    "ü",
    "🧠",
    "a\nb",
    "\x01",
    "`",
    "'",
    '"',
    "<script>",
    "a.b",
    ".a",
    "&amp;",
    ";",
    "..%2f..",
    "clear",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_of_an_address_as_it_was(name: str) -> None:
    converter = NameConverter()
    assert converter.to_python(converter.to_url(name)) == name


def test_different_names_have_different_addresses() -> None:
    names = {"".join(letters) for size in range(4) for letters in itertools.product("~/.01234\\", repeat=size)}
    assert len({NameConverter().to_url(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_a_job_is_found_under_its_address(name: str) -> None:
    address = reverse("jobs:job_detail", args=(name, name, name))
    segments = address.split("/")
    assert len(segments) == 6
    assert not {".", ".."} & set(segments)  # browsers would resolve them
    found = resolve(unquote(address))
    assert found.view_name == "jobs:job_detail"
    assert found.kwargs == {"schema": name, "table_name": name, "key_hash": name}
