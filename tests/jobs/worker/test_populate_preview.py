"""manage.py populate --dry-run and --json: what would be done, and what was done, for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest

from tests.jobs.workers import Answer, answers
from tests.lab import LIMIT_S, Lab
from tests.server import SERVER

SCORE, SUMMARY = "tests.pipeline.Score", "tests.pipeline.Summary"
ROWS = {"a": "", "b": "value", "c": "", "d": "", "speaks": "speaks"}
COMMANDS = {
    "untouched": [SCORE, "--dry-run"],
    "first": [SCORE, "--json", "--restrict", "subject in ('b', 'c', 'speaks')"],
    "lines": [SCORE, SUMMARY, "--dry-run", "--order", "reverse"],
    "json": [SCORE, "--dry-run", "--json"],
}


class Previews:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.schema, self.module = lab.pipeline(recordings=ROWS)
        (self.untouched,) = answers(self.schema, [COMMANDS["untouched"]])
        self.jobs_tables = SERVER.sql(f"SHOW TABLES IN `{self.schema}` LIKE '~jobs'")
        reserve(self.module)
        self.first, self.lines, self.json = answers(
            self.schema, [COMMANDS[name] for name in ("first", "lines", "json")]
        )


def reserve(module: ModuleType) -> None:
    jobs: Any = module.schema.jobs
    jobs.reserve("__score", {"subject": "d", "session": 1})


@pytest.fixture(scope="module")
def previews(accounts: None) -> Iterator[Previews]:
    with Lab() as lab:
        yield Previews(lab)


def read(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.out)
    return found


def test_a_dry_run_makes_no_jobs_table_and_computes_nothing(previews: Previews) -> None:
    assert previews.untouched.status == 0
    assert previews.untouched.out.splitlines()[0] == f"{SCORE}: 5 to compute, 0 excluded"
    assert previews.jobs_tables == []
    assert sorted((previews.module.Score & "subject in ('a', 'd')").fetch("subject")) == []


def test_a_dry_run_says_who_holds_what(previews: Previews) -> None:
    said = [
        re.sub(r"(host|pid|connection) [^,:]+|\d+ s(?= ago)", r"\1 …", line) for line in previews.lines.out.splitlines()
    ]
    by = "by alice@127.0.0.1, host …, pid …, connection …,  … ago"
    assert said == [
        f"{SCORE}: 1 to compute, 2 excluded (1 error, 1 reserved)",
        "  would compute subject=a, session=1",
        f"  error subject=b, session=1: {by}: ValueError: the trace is empty",
        f"  reserved subject=d, session=1: {by}",
        f"{SUMMARY}: 2 to compute, 0 excluded",
        "  would compute subject=speaks, session=1",
        "  would compute subject=c, session=1",
    ]


def test_a_dry_run_for_a_program_has_every_key_and_holder(previews: Previews) -> None:
    (table,) = read(previews.json)["tables"]
    assert table["would_compute"] == [{"subject": "a", "session": 1}]
    assert [(row["key"]["subject"], row["status"], row["message"]) for row in table["excluded"]] == [
        ("b", "error", "ValueError: the trace is empty"),
        ("d", "reserved", ""),
    ]


def test_a_summary_for_a_program_stands_alone_on_stdout(previews: Previews) -> None:
    assert previews.first.status == 1
    found = read(previews.first)
    (table,) = found["tables"]
    times = [datetime.fromisoformat(table.pop(name)) for name in ("started_at", "ended_at")]
    assert times == sorted(times)
    assert times[0].tzinfo is not None
    assert 0 < table.pop("seconds_per_key") < LIMIT_S
    assert found == {
        "status": 1,
        "tables": [
            {
                "table": SCORE,
                "done": 2,
                "empty": 0,
                "failed": [{"key": {"subject": "b", "session": 1}, "message": "ValueError: the trace is empty"}],
                "skipped": 0,
                "released": 0,
                "not_tried": 0,
                "excluded": {"error": 0, "ignore": 0, "reserved": 0, "beyond_max_calls": 0},
            }
        ],
        "problems": [],
        "warnings": [],
    }
    assert "make speaks" in previews.first.err.splitlines()
    assert previews.first.err.splitlines()[-2] == f"{SCORE}: 2 done, 1 failed, 0 skipped"
