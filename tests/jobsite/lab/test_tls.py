"""An encrypted connection: whatever DataJoint's `use_tls` asks for is kept to, on a real server with certificates."""

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.db.utils import ConnectionHandler
from django.test import override_settings

from jobsite.demo.server import Server
from jobsite.lab import deadline
from jobsite.lab.address import LabServer
from jobsite.lab.explanations import explain
from jobsite.lab.tls_settings import read_use_tls
from tests.certificates import Authority
from tests.lab import LIGHT, ROOT
from tests.server import SERVER
from tests.stalling import Stall, StallingProxy

PASSWORD = "pw"
ACCOUNTS = {"anna": "", "encrypted": "REQUIRE SSL", "certified": "REQUIRE X509"}


@dataclass(frozen=True)
class Lab:
    """A server with certificates, and the CA that has signed them; another one has not."""

    server: Server
    folder: Path

    def file(self, name: str) -> str:
        """Return the path of a certificate or a key."""
        return str(self.folder / name)

    def present(self, name: str) -> None:
        """Let the server present another certificate."""
        for kind in ("pem", "key"):
            shutil.copy(self.file(f"{name}.{kind}"), self.file(f"presented.{kind}"))
        with _as_root(self.server) as root:
            root.query("FLUSH SSL")


def _as_root(server: Server) -> Any:
    import MySQLdb

    return MySQLdb.connect(host="127.0.0.1", port=server.port, user="root")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A MariaDB whose certificate is by the lab's own CA."""
    folder = tmp_path_factory.mktemp("tls")
    authority, _ = Authority(folder, "ca"), Authority(folder, "other")
    authority.sign("right")
    authority.sign("elsewhere", "DNS:db.elsewhere.example")
    authority.sign("expired", expired=True)
    authority.sign("client", "DNS:client")
    for kind in ("pem", "key"):
        shutil.copy(folder / f"right.{kind}", folder / f"presented.{kind}")
    files = [f"--ssl-ca={folder}/ca.pem", f"--ssl-cert={folder}/presented.pem", f"--ssl-key={folder}/presented.key"]
    server = Server(folder / "server", options=files)
    server.start()
    with _as_root(server) as root:
        for name, required in ACCOUNTS.items():
            root.query(f"CREATE USER {name}@'%' IDENTIFIED BY '{PASSWORD}' {required}")
            root.query(f"GRANT ALL ON *.* TO {name}@'%'")
    yield Lab(server, folder)
    server.stop()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A MariaDB that encrypts nothing."""
    server = Server(tmp_path_factory.mktemp("plain") / "server")
    server.start()
    yield server
    server.stop()


def of_site(server: Server, use_tls: Any, user: str = "root") -> str:
    """Return how the site is connected with this setting: the cipher, '' in clear; or what people are told."""
    password = PASSWORD if user in ACCOUNTS else ""
    asked = LabServer("127.0.0.1", server.port, user, password, read_use_tls(use_tls))
    with override_settings(LAB=asked):
        found = ConnectionHandler({"default": {}, "lab": asked.as_database()})["lab"]
        try:
            with found.cursor() as cursor:
                cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
                return str(cursor.fetchone()[1])
        except OperationalError as error:
            return explain(error)
        finally:
            found.close()


def of_datajoint(datajoint: Any, server: Server, use_tls: Any, user: str = "root") -> str:
    """Return how DataJoint is connected with this setting: the cipher, '' in clear; or its error."""
    password = PASSWORD if user in ACCOUNTS else ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            found = datajoint.Connection("127.0.0.1", user, password, server.port, use_tls=use_tls)
    except Exception as error:  # PyMySQL's, ssl's and DataJoint's own
        return f"{type(error).__name__}: {error}"
    ((_, cipher),) = found.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'").fetchall()
    found.close()
    return str(cipher)


CIPHER = "TLS_AES_256_GCM_SHA384"
ASKED: dict[str, Callable[[Lab], Any]] = {
    "nothing said": lambda lab: None,
    "encrypted": lambda lab: True,
    "in clear": lambda lab: False,
    "by the lab's CA": lambda lab: {"ca": lab.file("ca.pem")},
    "by another CA": lambda lab: {"ca": lab.file("other.pem")},
    "by the lab's CA, whatever its name": lambda lab: {"ca": lab.file("ca.pem"), "check_hostname": False},
    "by another CA, whatever its name": lambda lab: {"ca": lab.file("other.pem"), "check_hostname": False},
    "by any": lambda lab: {"ca": lab.file("other.pem"), "check_hostname": False, "verify_mode": "none"},
    "by the system's CAs": lambda lab: {"verify_mode": True},
    "with a cipher": lambda lab: {"ca": lab.file("ca.pem"), "cipher": "ECDHE-RSA-AES256-GCM-SHA384"},
    "with a cipher that is none": lambda lab: {"ca": lab.file("ca.pem"), "cipher": "NONE-SUCH"},
    "with a certificate of its own": lambda lab: {"cert": lab.file("client.pem"), "key": lab.file("client.key")},
}
REFUSED = {
    "right": {"by another CA", "by another CA, whatever its name", "by the system's CAs", "with a cipher that is none"},
    "elsewhere": {
        "by the lab's CA",
        "by another CA",
        "by another CA, whatever its name",
        "by the system's CAs",
        "with a cipher",
        "with a cipher that is none",
    },
    "expired": {
        "by the lab's CA",
        "by another CA",
        "by the lab's CA, whatever its name",
        "by another CA, whatever its name",
        "by the system's CAs",
        "with a cipher",
        "with a cipher that is none",
    },
}


@pytest.mark.parametrize("presented", REFUSED)
def test_the_site_takes_the_certificates_that_datajoint_takes(
    datajoint: Any, lab: Lab, db: None, presented: str
) -> None:
    lab.present(presented)
    expected = {name: "" if name == "in clear" else CIPHER for name in ASKED if name not in REFUSED[presented]}
    site = {name: of_site(lab.server, asked(lab)) for name, asked in ASKED.items()}
    theirs = {name: of_datajoint(datajoint, lab.server, asked(lab)) for name, asked in ASKED.items()}
    theirs["in clear"] = site["in clear"]  # PyMySQL 1.2 encrypts all the same where the server offers it
    assert {name: found for name, found in site.items() if name not in REFUSED[presented]} == expected
    assert {name: found for name, found in theirs.items() if name not in REFUSED[presented]} == expected
    refused = {name for name, found in theirs.items() if found not in ("", CIPHER)}
    assert refused == {name for name, found in site.items() if found not in ("", CIPHER)} == REFUSED[presented]


@pytest.mark.parametrize(
    ("user", "taken"),
    [
        ("encrypted", {"nothing said", "encrypted", "by the lab's CA", "with a certificate of its own"}),
        ("certified", {"with a certificate of its own"}),
    ],
)
def test_an_account_that_must_come_encrypted_or_with_a_certificate_comes_as_with_datajoint(
    datajoint: Any, lab: Lab, db: None, user: str, taken: set[str]
) -> None:
    lab.present("right")
    names = ("nothing said", "encrypted", "in clear", "by the lab's CA", "with a certificate of its own")
    asked = {name: ASKED[name](lab) for name in names}
    site = {name: of_site(lab.server, use_tls, user) for name, use_tls in asked.items()}
    theirs = {name: of_datajoint(datajoint, lab.server, use_tls, user) for name, use_tls in asked.items()}
    theirs["in clear"] = site["in clear"]  # PyMySQL 1.2 encrypts all the same where the server offers it
    assert {name for name, found in site.items() if found == CIPHER} == taken
    assert {name for name, found in theirs.items() if found == CIPHER} == taken
    assert site["in clear"].startswith(
        f"The lab's server 127.0.0.1:{lab.server.port} refused the account {user}: check DJ_USER and DJ_PASS, whether "
        "the account may come from this machine, and whether DJ_USE_TLS says that it comes encrypted, or with a "
        "certificate, where it has to (Access denied for user"
    )


@pytest.mark.parametrize("name", ["encrypted", "by the lab's CA", "by the lab's CA, whatever its name", "by any"])
def test_a_server_that_encrypts_nothing_is_not_asked_where_it_must(
    lab: Lab, plain: Server, db: None, name: str
) -> None:
    said = of_site(plain, ASKED[name](lab))
    assert said.startswith(f"No encrypted connection to 127.0.0.1:{plain.port} could be made (")
    assert said.endswith("): check DJ_USE_TLS, which has to be 0 where the server offers none.")


def test_a_server_that_encrypts_nothing_is_asked_where_it_need_not(plain: Server, db: None) -> None:
    assert [of_site(plain, use_tls) for use_tls in (None, False)] == ["", ""]


def test_a_certificate_that_is_refused_is_said_with_the_place_of_the_setting(lab: Lab, db: None) -> None:
    lab.present("right")
    said = of_site(lab.server, {"ca": lab.file("other.pem")})
    assert said == (
        f"The certificate of 127.0.0.1:{lab.server.port} is not what DJ_USE_TLS asks for (TLS/SSL error: self-signed "
        "certificate in certificate chain): it has to be of that CA, in force, and made out to the name in DJ_HOST."
    )


@pytest.mark.parametrize(
    ("use_tls", "said"),
    [
        ({"ca": "/nowhere.pem"}, "names '/nowhere.pem' as its 'ca', which is not there or cannot be read"),
        ({"ca": 7}, "has a 'ca' that is not a text"),
        ({"password": "x"}, "gives a password for its 'key', which Jobsite cannot use: name a key without one"),
        ("[1]", 'must be 1 or 0, or name files as {"ca": "/path/of/ca.pem"}, not \'[1]\''),
    ],
)
def test_a_setting_that_cannot_be_kept_to_is_said(use_tls: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        read_use_tls(use_tls)


def test_a_copied_connection_is_asked_itself(accounts: None, db: None) -> None:
    own, copied = connections["lab"], connections["lab"].copy()
    own.close()
    must = override_settings(LAB=replace(settings.LAB, use_tls=True))  # the connections themselves are made without
    with must, pytest.raises(OperationalError, match="the server offers none"):
        copied.connect()
    assert (own.connection, copied.connection) == (None, None)


def test_a_connection_that_was_not_asked_in_time_is_not_used(
    accounts: None, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = connections["lab"]
    own.close()
    must = override_settings(LAB=replace(settings.LAB, use_tls=True))
    with StallingProxy(SERVER.host, SERVER.port) as proxy, must, deadline.page():
        proxy.stall, proxy.word = Stall.IN_ANSWER, b"Ssl_cipher"
        monkeypatch.setitem(own.settings_dict, "PORT", proxy.port)
        with pytest.raises(OperationalError, match="no answer in time"):
            own.connect()
        assert own.connection is None


# --- The worker ------------------------------------------------------------------------------------------------------
def populate(server: Server, use_tls: Any, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """Run a worker that finds the server in the settings file at somebody's home."""
    use = {"database.host": "127.0.0.1", "database.port": server.port, "database.user": "anna"}
    file = tmp_path / ".datajoint_config.json"
    file.write_text(json.dumps({**use, "database.password": PASSWORD, "database.use_tls": use_tls}))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJ_")}
    environ = {**kept, **LIGHT, "HOME": str(tmp_path), "TEST_SCHEMA": "lab_tls", "TEST_GATE": str(tmp_path / "gate")}
    command = [sys.executable, "manage.py", "populate", "tests.pipeline.Score", "--json"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_a_worker_connects_by_the_certificates_of_the_settings_file(lab: Lab, tmp_path: Path) -> None:
    lab.present("right")
    with _as_root(lab.server) as root:
        root.query("CREATE DATABASE IF NOT EXISTS lab_tls")
    found = populate(lab.server, {"ca": lab.file("ca.pem")}, tmp_path)
    assert found.returncode == 0, found.stderr
    refused = populate(lab.server, {"ca": lab.file("other.pem")}, tmp_path)
    assert refused.returncode == 2
    place = f"{tmp_path}/.datajoint_config.json: database.use_tls"
    assert f"The certificate of 127.0.0.1:{lab.server.port} is not what {place} asks for (" in refused.stderr
