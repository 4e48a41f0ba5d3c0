"""Where is the lab's server: environment, DataJoint's settings files, and what is said when something is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from jobsite.lab.address import LabServer, find_lab

FULL = {"database.host": "db.lab", "database.port": 3307, "database.user": "ada", "database.password": "pw"}
NESTED = {"database": {"host": "db.lab", "port": 3307, "user": "ada", "password": "pw"}}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The directory that the site is started in, below others."""
    folder = tmp_path / "project" / "deep"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Somebody's home."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def write(path: Path, content: Any) -> None:
    """Write a settings file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def told(found: LabServer) -> tuple[str, int, str, str]:
    """Return what connects."""
    return found.host, found.port, found.user, found.password


def test_the_environment_names_the_server(here: Path, home: Path) -> None:
    environ = {"DJ_HOST": "db", "DJ_PORT": "3309", "DJ_USER": "ada", "DJ_PASS": "p w"}
    found = find_lab(environ, here, home)
    assert told(found) == ("db", 3309, "ada", "p w")
    assert (found.source, found.problem, found.name) == ("the environment", "", "db:3309")


@pytest.mark.parametrize("content", [FULL, NESTED])
@pytest.mark.parametrize(
    "place", ["project/deep/dj_local_conf.json", "project/deep/datajoint.json", "project/datajoint.json"]
)
def test_a_settings_file_of_datajoint_is_found(
    tmp_path: Path, here: Path, home: Path, place: str, content: Any
) -> None:
    write(tmp_path / place, content)
    found = find_lab({}, here, home)
    assert told(found) == ("db.lab", 3307, "ada", "pw")
    assert found.source == str(tmp_path / place)


def test_the_settings_file_at_home_is_the_last(here: Path, home: Path) -> None:
    write(home / ".datajoint_config.json", {**FULL, "database.host": "home"})
    assert find_lab({}, here, home).host == "home"
    write(here / "dj_local_conf.json", FULL)
    assert find_lab({}, here, home).host == "db.lab"


def test_the_environment_wins_over_a_file_field_by_field(here: Path, home: Path) -> None:
    write(here / "dj_local_conf.json", FULL)
    assert told(find_lab({"DJ_USER": "bob"}, here, home)) == ("db.lab", 3307, "bob", "pw")
    assert told(find_lab({"DJ_HOST": "other", "DJ_USER": ""}, here, home)) == ("other", 3307, "ada", "pw")


def test_secrets_beside_datajoint_json_are_read(here: Path, home: Path) -> None:
    write(here.parent / "datajoint.json", {"database": {"host": "db.lab"}})
    write(here.parent / ".secrets" / "database.user", "ada\n")
    write(here.parent / ".secrets" / "database.password", " pw \n")
    assert told(find_lab({}, here, home)) == ("db.lab", 3306, "ada", "pw")


@pytest.mark.parametrize(
    ("host", "read"),
    [("db:3310", ("db", 3310)), ("db", ("db", 3306)), ("::1", ("::1", 3306)), ("", ("localhost", 3306))],
)
def test_a_host_may_hold_a_port(here: Path, home: Path, host: str, read: tuple[str, int]) -> None:
    found = find_lab({"DJ_HOST": host, "DJ_USER": "ada"}, here, home)
    assert (found.host, found.port) == read


@pytest.mark.parametrize("port", ["0", "65536", "many", "-1", "3306x"])
def test_a_port_that_is_none_is_said(here: Path, home: Path, port: str) -> None:
    found = find_lab({"DJ_USER": "ada", "DJ_PORT": port}, here, home)
    assert found.problem == f"The port {port!r} is not a number from 1 to 65535: set DJ_PORT."


@pytest.mark.parametrize("content", ["{", "[1, 2]", "null", '"x"', "\x00"])
def test_a_file_that_is_no_json_object_is_said_with_its_path(here: Path, home: Path, content: str) -> None:
    write(here / "dj_local_conf.json", content)
    found = find_lab({}, here, home)
    assert found.problem.startswith(f"{here / 'dj_local_conf.json'} ")
    assert found.problem.endswith("correct it, or set DJ_HOST, DJ_USER and DJ_PASS.")


def test_a_file_that_is_not_text_is_said(here: Path, home: Path) -> None:
    (here / "dj_local_conf.json").write_bytes(b"\xff\xfe\x00")
    assert "could not be read" in find_lab({}, here, home).problem


@pytest.mark.parametrize("environ", [{}, {"DJ_HOST": "db"}, {"DJ_PASS": "pw"}])
def test_without_a_user_no_server_is_named_and_none_is_asked(here: Path, home: Path, environ: dict[str, str]) -> None:
    found = find_lab(environ, here, home)
    assert found.problem.startswith("No lab server is named yet: set DJ_HOST, DJ_USER and DJ_PASS")
    assert found.as_database() == {"ENGINE": "django.db.backends.dummy"}


@pytest.mark.parametrize(
    ("value", "mode"),
    [("1", "REQUIRED"), ("true", "REQUIRED"), ("0", "DISABLED"), ("no", "DISABLED"), ("", None), ("{}", None)],
)
def test_tls_is_asked_for_forbidden_or_left_to_the_server(here: Path, home: Path, value: str, mode: str | None) -> None:
    options: Any = find_lab({"DJ_USER": "ada", "DJ_USE_TLS": value}, here, home).as_database()["OPTIONS"]
    assert options.get("ssl_mode") == mode


def test_a_tls_setting_that_is_neither_yes_nor_no_is_a_problem(here: Path, home: Path) -> None:
    found = find_lab({"DJ_USER": "ada", "DJ_USE_TLS": "maybe"}, here, home)
    files = '{"ca": "/path/of/ca.pem"}'
    assert found.problem == f"DJ_USE_TLS must be 1 or 0, or name files as {files}, not 'maybe'."


def test_a_setting_of_a_file_is_said_by_its_place_there(here: Path, home: Path) -> None:
    file = here / "dj_local_conf.json"
    write(file, {**FULL, "database.port": "many", "database.use_tls": {"ca": "/nowhere/ca.pem"}})
    assert find_lab({}, here, home).problem == (
        f"The port 'many' is not a number from 1 to 65535: set {file}: database.port."
    )
    assert find_lab({"DJ_PORT": "3306"}, here, home).problem == (
        f"{file}: database.use_tls names '/nowhere/ca.pem' as its 'ca', which is not there or cannot be read."
    )


def test_where_each_setting_is_made_is_known(here: Path, home: Path) -> None:
    write(here.parent / "datajoint.json", {"database": {"host": "db.lab", "user": "ada", "password": None}})
    write(here.parent / ".secrets" / "database.password", "pw")
    found = find_lab({"DJ_USER": "bob"}, here, home)
    assert found.places == {
        "database.host": f"{here.parent / 'datajoint.json'}: database.host",
        "database.port": "DJ_PORT",
        "database.user": "DJ_USER",
        "database.password": str(here.parent / ".secrets" / "database.password"),
        "database.use_tls": "DJ_USE_TLS",
    }


def test_that_a_connection_must_be_encrypted_takes_no_certificates_from_the_file(here: Path, home: Path) -> None:
    ca = here / "ca.pem"
    write(ca, "a CA")
    write(here / "dj_local_conf.json", {**FULL, "database.use_tls": {"ca": str(ca)}})
    told = [
        find_lab({"DJ_USE_TLS": value}, here, home).use_tls
        for value in ("", "1", "0", f'{{"ca": "{ca}", "cipher": "X"}}')
    ]
    assert told == [{"ca": str(ca)}, {"ca": str(ca)}, False, {"ca": str(ca), "cipher": "X"}]


def test_localhost_is_asked_by_tcp_as_datajoint_does(here: Path, home: Path) -> None:
    assert find_lab({"DJ_USER": "ada", "DJ_HOST": "localhost"}, here, home).as_database()["HOST"] == "127.0.0.1"


def test_the_password_stands_in_no_text_of_the_server(here: Path, home: Path) -> None:
    found = find_lab({"DJ_USER": "ada", "DJ_PASS": "top-secret"}, here, home)
    assert "top-secret" not in repr(found)


@pytest.mark.parametrize(
    ("named", "proxies"),
    [
        ("", set()),
        ("10.0.0.7", {"10.0.0.7"}),
        (" 10.0.0.7, Proxy-1.lab.example ,2001:DB8:0::7,", {"10.0.0.7", "proxy-1.lab.example", "2001:db8::7"}),
        ("::ffff:10.0.0.7", {"10.0.0.7"}),
    ],
)
def test_the_proxies_are_named_as_the_server_shows_them(here: Path, home: Path, named: str, proxies: set[str]) -> None:
    found = find_lab({"DJ_USER": "ada", "JOBSITE_PROXIES": named}, here, home)
    assert (set(found.proxies), found.problem) == (proxies, "")


@pytest.mark.parametrize("named", ["10.0.0.7:6033", "10.0.0.256", "10.0.0.0/24", "10.0.0.7 10.0.0.8", "proxy;", "*"])
def test_a_proxy_that_is_no_address_is_a_problem(here: Path, home: Path, named: str) -> None:
    assert find_lab({"DJ_USER": "ada", "JOBSITE_PROXIES": f"10.0.0.6,{named}"}, here, home).problem == (
        f"JOBSITE_PROXIES names {named!r}, which is not an address: write the addresses as the server sees them, "
        "without ports and with commas between them."
    )
