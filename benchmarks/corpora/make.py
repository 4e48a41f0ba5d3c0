"""Make the corpora of tracebacks: each bug of each lab fails once at each place, and what the worker writes is kept.

    python3 -m venv VENV && VENV/bin/pip install -r benchmarks/corpora/requirements.txt
    VENV/bin/python -m benchmarks.corpora.make benchmarks/corpora/labs benchmarks/corpora/stacks

Nothing of Jobsite needs those libraries. The makes run without a server: DataJoint's own `populate` code calls them and
writes the error, through a connection that does nothing. Makes folders such as /home/alice/data and removes them at the
end, so it needs an account that may, on a machine where nobody works: a container's root.
"""

import argparse
import gzip
import json
import logging
import os
import re
import signal
import subprocess
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.corpora.lab import Bug, Draw, Lab, drawn
from benchmarks.corpora.places import PLACES, Place, link, remove

ROOT = Path(__file__).parents[2]
FRAME = re.compile(r'File "([^"]*)"')
WHERE_SYNTAX = re.compile(r"\([A-Z]:\\[^(),]*\\([^\\(),]+), line ")
"""What a SyntaxError says of its place is the file's name alone."""
LIMIT_S = 300


class Connection:
    """A connection on which nothing happens."""

    def start_transaction(self) -> None: ...
    def cancel_transaction(self) -> None: ...
    def commit_transaction(self) -> None: ...
    def get_user(self) -> str:
        return "alice@localhost"


def main() -> None:
    """Make all corpora, or as the child of that, those of one place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--place", type=int)
    chosen = parser.parse_args()
    if chosen.place is not None:
        _write_here(chosen.place, chosen.labs)
        return
    chosen.out.mkdir(exist_ok=True)
    for lab in sorted(chosen.labs.glob("*.lab")):
        if chosen.only in lab.stem:
            _write_corpus(lab.resolve(), chosen.out / f"{lab.stem}.ndjson.gz")


def _write_corpus(lab: Path, to: Path) -> None:
    made = [row for number in range(len(PLACES)) for row in _made_at(number, lab)]
    rows = sorted(made, key=lambda row: (row["bug"], row["variant"]))
    text = "".join(json.dumps(row) + "\n" for row in rows)
    to.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{lab.stem}: {len({row['bug'] for row in rows})} bugs, {len(rows)} texts, {len(text):,} characters")


def _made_at(number: int, lab: Path) -> list[dict[str, Any]]:
    """Run a place's Python, whose libraries are below the place's own folders."""
    place, made = PLACES[number], list[Path]()
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.corpora.make", str(lab), "-", "--place", str(number)]
    path = f"{place.packages}:{ROOT}"
    environ = {**os.environ, **place.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        link(place, made)
        with TemporaryDirectory() as folder:
            done = subprocess.run(  # noqa: S603  our own command
                command, env=environ, stdout=subprocess.PIPE, check=True, cwd=folder, timeout=LIMIT_S
            )
    finally:
        remove(made)
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def _write_here(number: int, lab: Path) -> None:
    """Print the errors of one place, a line each; what the labs themselves print goes to standard error."""
    logging.disable()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for row in _of_lab(lab, number, PLACES[number]):
        out.write(json.dumps(row) + "\n")
    out.close()


def _of_lab(lab: Path, number: int, place: Place) -> Iterator[dict[str, Any]]:
    text = lab.read_text(encoding="utf-8")
    table = _table()
    names = [bug.name for bug in Lab(text, place, Draw("", place), table).build().bugs]
    for name in names:
        draw = Draw(f"{lab.stem} {name} {number}", place)
        bug = next(bug for bug in Lab(text, place, draw, table).build().bugs if bug.name == name)
        message, stack = _failed(bug, draw, place)
        if message is None:
            raise SystemExit(f"{lab.stem}: {name} does not fail at place {number}")
        texts = {"message": _seen(message, place), "stack": _seen(stack, place)}
        yield {"corpus": lab.stem, "bug": name, "variant": number, "table": bug.table.__name__, **texts}


def _table() -> type:
    """Return DataJoint's class of computed tables, with nothing behind it."""
    from datajoint.autopopulate import AutoPopulate

    def contains(self: object, key: object) -> bool:
        return False

    def insert(self: object, rows: object) -> None: ...

    members = {"connection": Connection(), "table_name": "__table", "full_table_name": "`lab`.`__table`"}
    return type("Computed", (AutoPopulate,), {**members, "__contains__": contains, "insert": insert, "insert1": insert})


class Jobs:
    """Keeps what DataJoint writes into its jobs table."""

    message: str | None = None
    stack = ""

    def reserve(self, table_name: str, key: object) -> bool:
        return True

    def complete(self, table_name: str, key: object) -> None: ...

    def error(self, table_name: str, key: object, error_message: str, error_stack: str) -> None:
        """Cut the message as DataJoint's JobTable.error does."""
        from datajoint.jobs import ERROR_MESSAGE_LENGTH, TRUNCATION_APPENDIX

        if len(error_message) > ERROR_MESSAGE_LENGTH:
            error_message = error_message[: ERROR_MESSAGE_LENGTH - len(TRUNCATION_APPENDIX)] + TRUNCATION_APPENDIX
        self.message, self.stack = error_message, error_stack


def _failed(bug: Bug, draw: Draw, place: Place) -> tuple[str | None, str]:
    """Run a make, and return the message and the stack that are stored; None where it does not fail."""
    fixed = {name: drawn(value, draw) for name, value in bug.fields.items()}
    key = {"subject": draw.subject, "session_date": draw.date, "session": draw.session, "scan": draw.scan, **fixed}
    if "stored" in key:
        stored: tuple[str, str] = key["stored"]
        return stored
    writer = bug.fields.get("writer", place.writer)
    signal.signal(signal.SIGTERM, _handler())
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        return _by_datajoint(bug, key) if writer == "datajoint" else _by_jobsite(bug, key)


def _by_datajoint(bug: Bug, key: dict[str, Any]) -> tuple[str | None, str]:
    jobs = Jobs()
    with suppress(SystemExit):
        bug.table()._populate1(key, jobs, suppress_errors=True, return_exception_objects=False)
    return jobs.message, jobs.stack


def _by_jobsite(bug: Bug, key: dict[str, Any]) -> tuple[str | None, str]:
    from jobs.worker.errors import SHORT_STACK, cut_message, cut_stack, format_error, stack_of

    table = bug.table()
    try:
        table.connection.start_transaction()
        table.make(dict(key))
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
        return cut_message(format_error(error)), cut_stack(stack_of(error), SHORT_STACK * 20)
    return None, ""


def _handler() -> types.FunctionType:
    """Return what DataJoint's populate does on SIGTERM; it stands inside that function."""
    from datajoint import autopopulate

    constants = autopopulate.AutoPopulate.populate.__code__.co_consts
    code = next(each for each in constants if isinstance(each, types.CodeType) and each.co_name == "handler")
    return types.FunctionType(code, vars(autopopulate))


def _seen(text: str, place: Place) -> str:
    """Return a text with the libraries' paths as they are on Windows, where the place is a Windows machine."""
    if not place.windows:
        return text
    text = WHERE_SYNTAX.sub(r"(\1, line ", text.replace(f"{Path.cwd()}/", ""))

    def on_windows(match: re.Match[str]) -> str:
        path = match[1]
        if not path.startswith(place.standard):
            return match[0]
        below = path.removeprefix(place.standard).replace("/", "\\")
        return rf'File "C:\Users\carol\anaconda3\envs\dj\Lib{below}"'

    return FRAME.sub(on_windows, text)


if __name__ == "__main__":
    main()
