"""manage.py populate: a make that inserts nothing for its key has not done it, is tried once a run, and is no work."""

import json
from collections.abc import Iterator

import pytest

from jobs.worker.dj.inserts import Inserts
from tests.jobs.workers import Answer, answers
from tests.lab import LIMIT_S, Lab
from tests.server import SERVER
from tests.ways_to_insert import NOTHING, SOMETHING

VIDEO, OLD, PARTED, UNIT = (f"tests.sparse_pipeline.{name}" for name in ("Video", "OldVideo", "Parted", "Unit"))
FOREVER = ("--forever", "--sleep", "1s", "--max-idle", "2s")
IDLE = "Ended by --max-idle: there was nothing to compute for 2 s."
TWO_OF_THREE = {"a": "", "b": "returns", "c": "returns"}
WAYS = {**dict.fromkeys(SOMETHING, "done"), **dict.fromkeys(NOTHING, "nothing inserted")}


class Runs:
    """One run of Video over a key of every way to insert or not to, and one more run after it."""

    def __init__(self, lab: Lab) -> None:
        self.schema, module = lab.pipeline(recordings={"spare": ""})
        module.Recording.insert((f"s{number}", 1, way) for number, way in enumerate(WAYS))
        module.Recording.insert((subject, 1, "") for subject in ("second", "third"))
        others = "--restrict", "subject NOT IN ('second', 'third')"
        again = "--restrict", f"subject='s{list(WAYS).index('returns')}'", "--no-reserve", "--json"
        commands = [VIDEO, "--restrict", "subject='spare'"], [VIDEO, *others], [VIDEO, *again]
        _, self.first, self.again = answers(self.schema, commands)

    def status_of(self, way: str) -> str:
        """Return what the run says of the key of this way."""
        subject = f" subject=s{list(WAYS).index(way)}, session=1"
        (line,) = [line for line in self.first.out.splitlines() if line.endswith(subject)]
        return line.removesuffix(subject)


@pytest.fixture(scope="module")
def runs(accounts: None) -> Iterator[Runs]:
    with Lab() as lab:
        yield Runs(lab)


@pytest.mark.parametrize("way", WAYS)
def test_done_is_said_of_a_key_that_is_there_and_of_no_other(runs: Runs, way: str) -> None:
    assert runs.status_of(way) == WAYS[way]


def test_the_summary_counts_them_apart_and_the_run_has_not_failed(runs: Runs) -> None:
    assert (runs.first.status, runs.first.err, runs.first.out.splitlines()[-1]) == (
        0,
        "",
        f"{VIDEO}: {len(SOMETHING)} done, 0 failed, 0 skipped, {len(NOTHING)} nothing inserted",
    )


def test_the_next_run_tries_such_a_key_once_more_also_without_reservation(runs: Runs) -> None:
    (table,) = json.loads(runs.again.out)["tables"]
    assert (table["done"], table["empty"], table["not_tried"]) == (0, 1, 0)


def test_nothing_stays_reserved(runs: Runs) -> None:
    assert SERVER.sql(f"SELECT * FROM `{runs.schema}`.`~jobs`") == []


def run(lab: Lab, *arguments: str, table: str = VIDEO) -> Answer:
    """Run a worker over three keys, of which two come to nothing."""
    schema, _ = lab.pipeline(recordings=TWO_OF_THREE)
    worker = lab.start(schema, *arguments, table=table)
    return Answer(worker.wait(LIMIT_S * 2), *worker.communicate())


@pytest.mark.parametrize("table", [VIDEO, OLD, PARTED, UNIT])
def test_a_make_of_any_kind_may_insert_nothing(lab: Lab, table: str) -> None:
    answer = run(lab, table=table)
    assert (answer.status, answer.out.splitlines()) == (
        0,
        [
            f"{table}: 3 to compute",
            "done subject=a, session=1",
            "nothing inserted subject=b, session=1",
            "nothing inserted subject=c, session=1",
            f"{table}: 1 done, 0 failed, 0 skipped, 2 nothing inserted",
        ],
    )


def test_a_run_for_ever_tries_such_a_key_once_and_is_idle(lab: Lab) -> None:
    answer = run(lab, *FOREVER)
    assert (answer.status, answer.out.splitlines()) == (
        0,
        [
            f"{VIDEO}: 3 to compute",
            "done subject=a, session=1",
            "nothing inserted subject=b, session=1",
            "nothing inserted subject=c, session=1",
            "Nothing to compute; looking again every 1 s.",
            IDLE,
            f"{VIDEO}: 1 done, 0 failed, 0 skipped, 2 nothing inserted",
        ],
    )


def test_several_processes_and_tables_try_such_a_key_once_each(lab: Lab) -> None:
    answer = run(lab, PARTED, *FOREVER, "--processes", "2")
    lines = answer.out.splitlines()
    assert (answer.status, sum(line.startswith("nothing inserted") for line in lines)) == (0, 4)
    assert lines[-3:] == [
        IDLE,
        *(f"{table}: 1 done, 0 failed, 0 skipped, 2 nothing inserted" for table in (VIDEO, PARTED)),
    ]


def test_max_calls_counts_such_a_key_and_goes_on_to_others(lab: Lab) -> None:
    answer = run(lab, *FOREVER, "--max-calls", "2", "--order", "reverse")
    left = "1 excluded (1 beyond --max-calls)"
    assert answer.out.splitlines()[-1] == f"{VIDEO}: 0 done, 0 failed, 0 skipped, 2 nothing inserted, {left}"
    assert answer.status == 0


@pytest.mark.parametrize(
    ("row", "is_sure"),
    [
        ({"subject": "a", "session": 1}, True),
        ({"session": "1", "subject": "a"}, True),
        ({"subject": "b", "session": 1}, False),
    ],
)
def test_a_plain_insert_of_the_key_is_seen_without_a_question(lab: Lab, row: dict[str, object], is_sure: bool) -> None:
    _, module = lab.pipeline(recordings={"a": "", "b": ""})
    table = module.Score()
    inserts = Inserts(table)
    with inserts.watched({"subject": "a", "session": 1}):
        table.insert1({**row, "score": 1}, allow_direct_insert=True)
    assert inserts.key_is_sure == is_sure
