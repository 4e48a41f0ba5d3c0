"""The lines to copy from a job's page: a shell and Python read the key in them and nothing else."""

import ast
import datetime as dt
import decimal
import itertools
import re
import subprocess
import uuid
from pathlib import Path

import pytest
from datajoint.blob import pack
from datajoint.user_tables import Computed, Imported, Lookup, Manual, Part
from django.test import Client
from django.urls import reverse

from jobs.formats.key import as_sql, key_of
from jobs.formats.table_name import is_populated, python_class
from tests.jobs.planting import Planted
from tests.pages import look

TIERS = (Manual, Lookup, Imported, Computed, Part)
STAND_IN = """python() { printf '%s\\0' "$@"; }\n"""
HASH = "0" * 32
KEY = {"subject": "m1", "session": 1}
HOSTILE = [
    "$(touch planted)",
    "`touch planted`",
    "; touch planted;",
    "a' ; touch planted ; '",
    'a" ; touch planted ; "',
    "\\' ; touch planted ; \\'",
    "a\ntouch planted\n",
    "a\rtouch planted\r",
    "| touch planted",
    "&& touch planted &",
    "> planted",
    "$PATH ${IFS} $$ ~ * ? [a-z] {a,b} !!",
    "# no more",
    "\\",
    "a\\\ntouch planted",
    "\x1b[201~\ntouch planted\n",
    "\x1b]0;planted\x07\x9b2J",
    "\u202eplanted\u2066\u200b",
    "\0",
    "--restrict=TRUE",
    "' OR '1'='1",
    '" OR ""="',
    "%s %(a)s %%",
    "🧠 Überlänge",
    "  two  blanks  ",
    "",
]
VALUES = [
    *HOSTILE,
    3,
    -3,
    2**64,
    True,
    None,
    0.1,
    -1e-300,
    decimal.Decimal("1.50"),
    decimal.Decimal("-1E+3"),
    b"'; touch planted; '",
    uuid.UUID(int=7),
    dt.date(1, 1, 1),
    dt.time(10, 20, 30, 4),
    dt.datetime(2026, 1, 4, 10, 20, 30, 4),  # noqa: DTZ001  DataJoint stores no zone
]
NO_CLASS = [
    *HOSTILE,
    *(f"__score{text}" for text in HOSTILE if text),
    *(f"{text}__score" for text in HOSTILE if text),
    "package.Class",
    "Score",
    "__Score",
    "~log",
    "___score",
    "##score",
    "_#score",
    "__score_",
    "__a___b",
    "a__b__c",
    "__1a",
    "__a_1",
    "__scoré",
    "__score\n",
    "none",
    "__true",
    "_session__none",
    f"__{'a' * 63}",
]
CLASSES = {
    "score": "Score",
    "#score": "Score",
    "_score": "Score",
    "__score": "Score",
    "__unit2_d": "Unit2D",
    "__l_f_p": "LFP",
    "session__trial": "Session.Trial",
    "#session__trial": "Session.Trial",
    "_session__trial_two": "Session.TrialTwo",
    "__session__trial": "Session.Trial",
}
COMPUTED = ["_score", "__score", "__unit2_d", "__l_f_p"]


def lines_of(client: Client, planted: Planted, table_name: str = "__score") -> list[str]:
    """Return the lines to copy on the page of the one job that was planted."""
    found = look(client, reverse("jobs:job_detail", args=(planted.schema, table_name, HASH)))
    return [line.get_text() for line in found.select(".copy code")]


def arguments(line: str, folder: Path) -> list[str]:
    """Run a line in a real shell that finds no program; return what it gave to `python`, which is all it did."""
    done = subprocess.run(
        ["/bin/sh", "-c", STAND_IN + line],
        env={"PATH": ""},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stderr, list(folder.iterdir())) == ("", [])
    return done.stdout.split("\0")[:-1]


def populating(table: str, key: dict[str, object]) -> list[str]:
    """Return the arguments of a command that populates just this key."""
    conditions = as_sql(key_of(key))
    return ["manage.py", "populate", f"YOUR_MODULE.{table}", *(f"--restrict\0{one}" for one in conditions)]


def read_python(line: str) -> tuple[str, object]:
    """Return the table and the restriction of a line of Python, which is nothing but `Name & literal`."""
    (statement,) = ast.parse(line).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.BinOp)
    assert isinstance(statement.value.op, ast.BitAnd)
    calls = {ast.unparse(node.func) for node in ast.walk(statement.value) if isinstance(node, ast.Call)}
    assert calls <= {"datetime.date", "datetime.time", "datetime.datetime", "decimal.Decimal", "uuid.UUID"}
    words = {"datetime": dt, "decimal": decimal, "uuid": uuid}
    restriction = ast.unparse(statement.value.right)
    return ast.unparse(statement.value.left), eval(restriction, words)


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_a_shell_reads_the_key_and_runs_nothing_else(
    planted: Planted, viewer: Client, tmp_path: Path, value: object
) -> None:
    key = {"name": value, "order": value}
    planted.row(key=pack(key))
    _, command = lines_of(viewer, planted)
    assert "\0".join(arguments(command, tmp_path)) == "\0".join(populating("Score", key))
    assert command.isprintable()


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_python_reads_the_key_and_runs_nothing_else(planted: Planted, viewer: Client, value: object) -> None:
    key = {"name": value, "order": value}
    planted.row(key=pack(key))
    line, _ = lines_of(viewer, planted)
    table, restriction = read_python(line)
    assert table == "Score"
    assert restriction in (key, " AND ".join(as_sql(key_of(key))))
    assert line.isprintable()


@pytest.mark.parametrize("table_name", sorted(set(NO_CLASS)), ids=ascii)
def test_a_table_that_datajoint_makes_for_no_class_has_no_lines(
    planted: Planted, viewer: Client, table_name: str
) -> None:
    planted.row(table_name=table_name, key=pack(KEY))
    assert lines_of(viewer, planted, table_name) == []


@pytest.mark.parametrize("table_name", CLASSES)
def test_a_table_of_any_tier_is_restricted_as_its_class(planted: Planted, viewer: Client, table_name: str) -> None:
    planted.row(table_name=table_name, key=pack(KEY))
    assert lines_of(viewer, planted, table_name)[0] == f'{CLASSES[table_name]} & {{"subject": "m1", "session": 1}}'


@pytest.mark.parametrize("table_name", CLASSES)
def test_only_what_populate_computes_has_a_command(
    planted: Planted, viewer: Client, tmp_path: Path, table_name: str
) -> None:
    planted.row(table_name=table_name, key=pack(KEY))
    commands = [arguments(line, tmp_path)[:3] for line in lines_of(viewer, planted, table_name)[1:]]
    computed = [["manage.py", "populate", f"YOUR_MODULE.{CLASSES[table_name]}"]]
    assert commands == (computed if table_name in COMPUTED else [])


@pytest.mark.parametrize("name", [*HOSTILE, "a b", "A", "1a", "a.b", "ä", f"a{'b' * 64}"], ids=ascii)
def test_a_key_with_a_name_that_no_attribute_has_has_no_lines(planted: Planted, viewer: Client, name: str) -> None:
    planted.row(key=pack({"subject": "m1", name: 1}))
    assert lines_of(viewer, planted) == []


@pytest.mark.parametrize(
    "value", ["x" * 3073, "ü" * 1537, b"x" * 3073, [1], {"a": 1}], ids=lambda value: ascii(value)[:9]
)
def test_a_key_with_a_value_that_no_primary_key_holds_has_no_lines(
    planted: Planted, viewer: Client, value: object
) -> None:
    planted.row(key=pack({"subject": "m1", "name": value}))
    assert lines_of(viewer, planted) == []


def test_the_rule_for_a_name_is_datajoint_s_own() -> None:
    names = ["".join(letters) for size in range(6) for letters in itertools.product("#_aA1", repeat=size)]
    tiers = {name: {tier for tier in TIERS if re.fullmatch(tier.tier_regexp, name)} for name in names}
    assert {name for name in names if python_class(name)} == {name for name in names if tiers[name]}
    assert {name for name in names if is_populated(name)} == {
        name for name in names if tiers[name] & {Imported, Computed}
    }
