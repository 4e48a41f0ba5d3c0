"""Under which addresses the site is found: hosts, a path, the names of its cookies."""

import pytest

from jobsite.addresses import LOOPBACK, below, cookie_name, read_hosts, read_path, trusted_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (" , ", []),
        ("a.lab, b.lab", ["a.lab", "b.lab"]),
        ("a.lab b.lab,\n", ["a.lab", "b.lab"]),
        ("https://Jobs.Lab.example:8443/jobsite/", ["jobs.lab.example"]),
        ("jobs.lab:8000", ["jobs.lab"]),
        ("[2001:db8::7]:8000", ["[2001:db8::7]"]),
        (".lab.example,*", [".lab.example", "*"]),
    ],
)
def test_hosts_are_read_however_they_are_written(text: str, names: list[str]) -> None:
    assert read_hosts(text) == [*names, *LOOPBACK]


@pytest.mark.parametrize("text", ["a.lab,https://", "[::1", "http:///x"])
def test_a_host_without_a_name_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="JOBSITE_ALLOWED_HOSTS names"):
        read_hosts(text)


@pytest.mark.parametrize(
    ("text", "path"), [("", ""), ("/", ""), ("jobsite", "/jobsite"), ("/jobsite/", "/jobsite"), (" /a/b ", "/a/b")]
)
def test_a_path_is_read_with_and_without_its_slashes(text: str, path: str) -> None:
    assert read_path(text) == path


@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("/jobsite", "/jobsite/jobs/", "/jobs/"),
        ("/jobsite", "/jobsite", ""),
        ("/jobsite", "/jobs/", "/jobs/"),
        ("/jobsite", "/jobsites/", "/jobsites/"),
        ("", "/jobs/", "/jobs/"),
        ("", "", ""),
    ],
)
def test_a_request_is_found_whether_or_not_the_proxy_took_the_path_off(path: str, asked: str, found: str) -> None:
    assert below(path, asked) == found


def test_cookies_have_the_same_name_at_each_start_and_another_at_each_site() -> None:
    sites = [("key", "a.sqlite3", ""), ("key", "b.sqlite3", ""), ("other", "a.sqlite3", ""), ("key", "a.sqlite3", "/x")]
    names = [cookie_name("session", *site) for site in sites]
    assert names == [cookie_name("session", *site) for site in sites]
    assert len(set(names)) == len(names)


def test_every_name_may_be_asked_for_and_yet_no_other_site_is_trusted() -> None:
    assert trusted_names("jobs.lab", ["*", *LOOPBACK]) == ["jobs.lab"]
