"""Which addresses may be kept, and led back to: lists of this site, and nothing else."""

from collections.abc import Iterator

import pytest
from django.test.utils import override_script_prefix

from jobsite.accounts.list_addresses import NO_LIST, TOO_LONG, ListAddress


@pytest.fixture
def below_a_path() -> Iterator[None]:
    """The site is found below /lab."""
    with override_script_prefix("/lab/"):
        yield


def test_an_address_is_kept_as_a_list_and_what_it_is_filtered_by() -> None:
    address = ListAddress.read("/jobs/?status=error&user=al&open=a%2Fb&after=x&last=1&whole=1&from=3+d&host=")
    assert address == ListAddress("jobs:job_list", "status=error&user=al")
    assert address.path == "/jobs/?status=error&user=al"


def test_a_list_without_a_filter_has_no_query() -> None:
    assert ListAddress.read("/connections/").path == "/connections/"


def test_an_address_below_a_path_is_the_same_list(below_a_path: None) -> None:
    address = ListAddress.read("/lab/jobs/?mine=1")
    assert (address, address.path) == (ListAddress("jobs:job_list", "mine=1"), "/lab/jobs/?mine=1")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example/jobs/",
        "//evil.example/jobs/",
        "/\\evil.example/jobs/",
        "javascript:alert(1)",
        "jobs/",
        "/jobs/export/?format=csv",
        "/jobs/clear/confirm/",
        "/admin/",
        "/logout/",
        "/nowhere/",
        "/jobs/\x00",
        "/jobs/?user=\ud800",
        "/jobs/\ud800",
        "http://[evil/jobs/",
        "/jobs/?" + "&".join(f"a{number}=1" for number in range(101)),
    ],
)
def test_whatever_else_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(ValueError, match="no address of a list") as refused:
        ListAddress.read(address)
    assert str(refused.value) == NO_LIST


def test_an_address_of_the_host_that_is_not_below_the_sites_path_is_refused(below_a_path: None) -> None:
    with pytest.raises(ValueError, match="no address of a list"):
        ListAddress.read("/jobs/")


def test_a_filter_that_is_longer_than_an_address_may_be_is_refused() -> None:
    with pytest.raises(ValueError, match="too long") as refused:
        ListAddress.read(f"/jobs/?restriction={'x' * 4000}")
    assert str(refused.value) == TOO_LONG
