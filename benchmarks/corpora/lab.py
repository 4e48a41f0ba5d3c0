"""A lab's code, as one text of several files, brought to life at a place; and what its makes fetch.

A text in `labs/` is parts: `#@ file pipeline/spikes.py` begins a module, `#@ installed ephyslab/io.py` one of a package
of the lab's, `#@ checkout pipe.py` one in a folder that each machine calls otherwise, `#@ cell` a cell of a notebook,
`#@ bugs` the list of what goes wrong, which no traceback shows.
"""

import datetime
import linecache
import random
import re
import sys
import types
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

from benchmarks.corpora.places import Place

PART = re.compile(r"^#@ (file|installed|checkout|cell|bugs) ?(.*)$", re.MULTILINE)
SUBJECTS = ("m{:03}", "SC{:02}", "jr-{:04}", "mouse_{:d}", "DY_{:03}", "rat{:d}")


class Draw:
    """What differs from one job to the next: numbers, names, dates, paths."""

    def __init__(self, seed: str, place: Place) -> None:
        """Draw the same again for the same seed."""
        self.chance = chance = random.Random(seed)  # noqa: S311  not a secret
        self.place = place
        self.subject = chance.choice(SUBJECTS).format(chance.randrange(1, 99))
        self.date = datetime.date(2025, 1, 1) + datetime.timedelta(days=chance.randrange(600))
        self.start = datetime.datetime.combine(
            self.date, datetime.time(chance.randrange(8, 20), chance.randrange(60), chance.randrange(60))
        )
        self.session, self.scan = chance.randrange(1, 40), chance.randrange(1, 9)
        self.uuid = uuid.UUID(int=chance.getrandbits(128), version=4)
        self.hex = f"{chance.getrandbits(48):012x}"
        self.n, self.m, self.k = chance.sample(range(7, 900), 3)
        self.big = chance.randrange(10_000, 90_000_000)
        self.x = round(chance.uniform(0.01, 40), chance.randrange(2, 9))
        self.y = -round(chance.uniform(0.01, 1e-3 if chance.random() < 0.3 else 1), 12)
        self.ip = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(2, 254)}"
        self.port = chance.randrange(1025, 60000)
        self.host = chance.choice(("db", "lab-db", "rig", "nas", "gpu")) + str(chance.randrange(1, 30))

    def path(self, *names: str) -> str:
        """Return the path of a file of this session that need not be there."""
        parts = [self.place.data, self.subject, f"{self.date:%Y-%m-%d}_{self.session}", *names]
        return ("\\" if self.place.windows else "/").join(parts)

    def written(self, name: str, content: bytes | str) -> str:
        """Return the path of a file of this session that is there."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)


@dataclass(frozen=True)
class Bug:
    """One thing that goes wrong: the table whose make fails, and what the make fetches; a callable is drawn."""

    name: str
    table: type
    fields: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A value that is not shown when the key is."""

    value: Any

    def __repr__(self) -> str:
        return "a value"


class Stored:
    """`(Recording & key).fetch1("rate")`: gives what the bug says."""

    def __init__(self, key: dict[str, Any] | None = None) -> None:
        """Without a key it is the table."""
        self.key = key or {}

    def __and__(self, key: dict[str, Any]) -> "Stored":
        return Stored(key)

    def fetch1(self, *names: str) -> Any:
        """Return one value, or several."""
        found = [self.key[name] for name in names]
        values = [value.value if isinstance(value, Kept) else value for value in found]
        return values[0] if len(names) == 1 else tuple(values)


@dataclass
class Lab:
    """The bugs of a text at a place, ready to be run."""

    text: str
    place: Place
    draw: Draw
    table: type
    bugs: list[Bug] = field(default_factory=list)

    def build(self) -> "Lab":
        """Compile each part below its path and run it."""
        self.forget()
        shared: dict[str, Any] = {"dj": types.SimpleNamespace(Computed=self.table, Imported=self.table)}
        shared |= dict.fromkeys(("Recording", "Session", "Scan", "Subject", "Params"), Stored())
        for number, (kind, name, source) in enumerate(self._parts()):
            if kind == "bugs":
                names = {**shared, "bug": self._bug, "d": self.draw, "place": self.place, "Kept": Kept}
                exec(compile(source, "<bugs>", "exec"), names)  # noqa: S102  a text of ours
                continue
            module = self._module(kind, name, source, number)
            shared |= {key: value for key, value in vars(module).items() if isinstance(value, type)}
            shared.setdefault("modules", {})[name] = module
        return self

    def forget(self) -> None:
        """Let the modules of a place before go."""
        for name in [name for name in sys.modules if name.partition(".")[0] in ("pipeline", "analysis", "ephyslab")]:
            del sys.modules[name]

    def _parts(self) -> Iterator[tuple[str, str, str]]:
        found = list(PART.finditer(self.text))
        ends = [match.start() for match in found[1:]] + [len(self.text)]
        for match, end in zip(found, ends, strict=True):
            yield match[1], match[2], self.text[match.end() : end].lstrip("\n")

    def _module(self, kind: str, name: str, source: str, number: int) -> types.ModuleType:
        """Run a file; how many lines stand above what fails differs, as if others had edited it."""
        chance = self.draw.chance
        above = "".join(f"# note {n}\n" for n in range(chance.randrange(0, 60)))
        path, source = self._path(kind, name), above + source
        linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
        dotted = name.removesuffix(".py").replace("/", ".") or f"cell{number}"
        package = dotted.rpartition(".")[0]
        if package and package not in sys.modules:
            sys.modules[package] = types.ModuleType(package)
            sys.modules[package].__path__ = []
        module = sys.modules[dotted] = types.ModuleType(dotted)
        vars(module).update(dj=types.SimpleNamespace(Computed=self.table, Imported=self.table))
        vars(module).update(dict.fromkeys(("Recording", "Session", "Scan", "Subject", "Params"), Stored()))
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102  a text of ours
        return module

    def _path(self, kind: str, name: str) -> str:
        place, chance = self.place, self.draw.chance
        if kind == "cell":
            n, long = chance.randrange(2, 9000), chance.randrange(10**8, 10**10)
            return place.notebook.format(n=n, long=long, hex=f"{chance.getrandbits(48):012x}")
        root = {"installed": place.installed, "checkout": place.checkout}.get(kind, place.code)
        return str(PureWindowsPath(root, name)) if place.windows else f"{root}/{name}"

    def _bug(self, name: str, table: type, /, **fields: Any) -> None:
        self.bugs.append(Bug(name, table, fields))


def drawn(value: Any, draw: Draw) -> Any:
    """Return what a make fetches."""
    maker: Callable[[Draw], Any] | None = value if isinstance(value, types.FunctionType) else None
    return maker(draw) if maker else value
