"""Who has an account on the demo's server, and what may the site's own do? The latter is said in docs/grants.sql."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import MySQLdb
from MySQLdb.connections import Connection

from jobsite.demo.processes import ROOT

SITE = "jobsite"
FRANK = "frank"
SCIENTISTS = ("alice", "bob", "carol", "dave", "erin", FRANK)
SCHEMAS = ("lab_behavior", "lab_ephys")


def new_password() -> str:
    """Return a password that needs no quoting anywhere."""
    return secrets.token_hex(6)


@dataclass(frozen=True)
class Accounts:
    """The accounts on the server at `port`, each with a password of this run."""

    port: int
    root_password: str
    passwords: dict[str, str] = field(default_factory=lambda: {name: new_password() for name in (SITE, *SCIENTISTS)})

    def environ(self, user: str) -> dict[str, str]:
        """Return the environment by which DataJoint and the site find the server as `user`."""
        return {
            "DJ_HOST": "127.0.0.1",
            "DJ_PORT": str(self.port),
            "DJ_USER": user,
            "DJ_PASS": self.passwords[user],
            "DJ_USE_TLS": "0",
        }

    def connect_as_root(self) -> Connection:
        """Return a connection that may do everything."""
        return MySQLdb.connect(
            host="127.0.0.1",
            port=self.port,
            user="root",
            password=self.root_password,
            charset="utf8mb4",
            autocommit=True,
        )

    def make_scientists(self) -> None:
        """Let each of them do everything in the lab's own schemas, as labs do."""
        self._run(
            statement
            for name in SCIENTISTS
            for statement in (
                f"CREATE USER '{name}'@'%' IDENTIFIED BY '{self.passwords[name]}'",
                rf"GRANT ALL ON `lab\_%`.* TO '{name}'@'%'",
            )
        )

    def make_sites_own(self) -> None:
        """Run docs/grants.sql for each schema. The jobs tables exist by now."""
        self._run(statement for schema in SCHEMAS for statement in grants(schema, self.passwords[SITE]))

    def _run(self, statements: Iterable[str]) -> None:
        connection = self.connect_as_root()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()


def grants(schema: str, password: str) -> Iterator[str]:
    """Yield the statements of docs/grants.sql for a schema."""
    text = (ROOT / "docs" / "grants.sql").read_text(encoding="utf-8")
    without_comments = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    words = {"{password}": password, "{schema}": schema, "{pattern}": schema.replace("_", r"\_")}
    for word, value in words.items():
        without_comments = without_comments.replace(word, value)
    yield from (statement.strip() for statement in without_comments.split(";") if statement.strip())
