"""Where is the lab's server, and who is Jobsite there?

The address comes from the environment, else from the DataJoint settings file the lab already has. Environment wins over
files, field by field (DataJoint 0.14.10, settings.py; DataJoint 2.3, settings.py). Connecting is left to Django.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jobsite.lab.proxies import read_proxies
from jobsite.lab.session import OPTIONS
from jobsite.lab.tls_settings import YES, UseTls, mysqlclient_options, read_use_tls

DEFAULT_PORT = 3306
VARIABLES = {
    "database.host": "DJ_HOST",
    "database.port": "DJ_PORT",
    "database.user": "DJ_USER",
    "database.password": "DJ_PASS",
    "database.use_tls": "DJ_USE_TLS",
}
"""DataJoint's settings of a server, and the variables that win over them."""
TLS = "database.use_tls"
NOT_NAMED = (
    "No lab server is named yet: set DJ_HOST, DJ_USER and DJ_PASS, "
    "or start Jobsite beside the lab's DataJoint settings file."
)


@dataclass(frozen=True)
class LabServer:
    """The lab's server as the settings give it. `problem` is '' or one sentence: then it cannot be asked."""

    host: str = "localhost"
    port: int = DEFAULT_PORT
    user: str = ""
    password: str = field(default="", repr=False)
    use_tls: UseTls = None
    source: str = "the environment"
    problem: str = ""
    proxies: frozenset[str] = frozenset()
    """Clients that are proxies, whose numbers of connections are not the server's."""
    places: Mapping[str, str] = field(default_factory=VARIABLES.copy, hash=False)
    """DataJoint's setting -> where it is set, or would be: a variable, or a file and the name in it."""

    @property
    def name(self) -> str:
        """The server as the banner names it: host, and the port when it is not MySQL's own."""
        return self.host if self.port == DEFAULT_PORT else f"{self.host}:{self.port}"

    def as_database(self) -> dict[str, object]:
        """Return the entry of Django's DATABASES for this server: UTC, READ COMMITTED, time limits.

        A server with a problem is never asked: Django's dummy backend refuses every question.
        """
        if self.problem:
            return {"ENGINE": "django.db.backends.dummy"}
        return {
            "ENGINE": "jobsite.lab.backend",
            "NAME": "",
            # MySQLdb takes "localhost" for the server's socket file; DataJoint (PyMySQL) connects by TCP.
            "HOST": "127.0.0.1" if self.host == "localhost" else self.host,
            "PORT": self.port,
            "USER": self.user,
            "PASSWORD": self.password,
            # A kept connection would go on with the privileges of its beginning (docs/decisions/0006).
            "CONN_MAX_AGE": 0,
            "OPTIONS": {**OPTIONS, **mysqlclient_options(self.use_tls)},
        }


def find_lab(environ: Mapping[str, str], cwd: Path, home: Path) -> LabServer:
    """Return the lab's server from DJ_HOST, DJ_PORT, DJ_USER, DJ_PASS and DJ_USE_TLS, else from the settings file.

    Its proxies are those of JOBSITE_PROXIES. Never raises: what is wrong or missing is said in `LabServer.problem`, so
    that the rest of the site still works.
    """
    source, problem = "the environment", ""
    found: dict[str, object] = {}
    places: dict[str, str] = {}
    path = next((path for path in _settings_files(cwd, home) if path.is_file()), None)
    if path is not None:
        found, places, problem = _read_settings(path)
        source = str(path)
    of_environment = _from_environment(environ, found)
    places = {**VARIABLES, **places, **{name: VARIABLES[name] for name in of_environment}}
    server = _checked({**found, **of_environment}, places, source, problem)
    return _with_proxies(server, environ.get("JOBSITE_PROXIES", ""))


def _settings_files(cwd: Path, home: Path) -> Iterator[Path]:
    """Yield where DataJoint 0.14 and 2.x look, nearest first."""
    yield cwd / "dj_local_conf.json"
    for folder in (cwd, *cwd.parents):
        yield folder / "datajoint.json"
    yield home / ".datajoint_config.json"


def _read_settings(path: Path) -> tuple[dict[str, object], dict[str, str], str]:
    """Return the `database.*` settings of a file, flat (0.14) or nested (2.x), where each stands, a problem or ''."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return {}, {}, f"{path} could not be read as JSON ({error}): correct it, or set DJ_HOST, DJ_USER and DJ_PASS."
    if not isinstance(raw, dict):
        return {}, {}, f"{path} is not a JSON object: correct it, or set DJ_HOST, DJ_USER and DJ_PASS."
    nested = raw.get("database")
    found = {f"database.{name}": value for name, value in nested.items()} if isinstance(nested, dict) else {}
    found |= {name: value for name, value in raw.items() if name.startswith("database.")}
    places = {name: f"{path}: {name}" for name, value in found.items() if value is not None}
    for name in ("database.user", "database.password"):
        secret = path.parent / ".secrets" / name
        if path.name == "datajoint.json" and secret.is_file():
            found[name], places[name] = secret.read_text(encoding="utf-8").strip(), str(secret)
    return found, places, ""


def _from_environment(environ: Mapping[str, str], of_file: Mapping[str, object]) -> dict[str, object]:
    """Return what the environment sets; that a connection must be encrypted takes no certificates from the file."""
    found: dict[str, object] = {
        name: environ[variable] for name, variable in VARIABLES.items() if environ.get(variable)
    }
    if isinstance(of_file.get(TLS), dict) and str(found.get(TLS, "")).strip().lower() in YES:
        del found[TLS]
    return found


def _checked(found: Mapping[str, object], places: Mapping[str, str], source: str, problem: str) -> LabServer:
    host, port = str(found.get("database.host") or "localhost"), found.get("database.port") or DEFAULT_PORT
    if host.count(":") == 1:  # DataJoint's own "host:port"; an IPv6 address has more colons
        host, _, port = host.partition(":")
        places = {**places, "database.port": places["database.host"]}
    server = LabServer(
        host=host,
        user=str(found.get("database.user") or ""),
        password=str(found.get("database.password") or ""),
        source=source,
        problem=problem,
        places=places,
    )
    if not str(port).isdecimal() or not 0 < int(str(port)) < 65536:
        place = places["database.port"]
        return replace(server, problem=f"The port {str(port)!r} is not a number from 1 to 65535: set {place}.")
    try:
        use_tls = read_use_tls(found.get(TLS))
    except ValueError as error:
        return replace(server, problem=f"{places[TLS]} {error}.")
    if not server.user and not problem:
        problem = NOT_NAMED
    return replace(server, port=int(str(port)), use_tls=use_tls, problem=problem)


def _with_proxies(server: LabServer, named: str) -> LabServer:
    try:
        return replace(server, proxies=read_proxies(named))
    except ValueError as error:
        return replace(server, problem=server.problem or str(error))
