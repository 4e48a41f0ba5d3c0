"""manage.py populate: what comes of the keys, what the options mean, and what the exit status says."""

from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.jobs.workers import Answer, answers
from tests.lab import Lab, eventually

SCORE, SUMMARY = "tests.pipeline.Score", "tests.pipeline.Summary"

ROWS = {
    "order": ["", "", ""],
    "limit": ["", "", ""],
    "calls": ["", "", ""],
    "random": ["", "", ""],
    "scaled": [""],
    "unreserved": ["value", ""],
    "stopped": ["value", ""],
    "exits": ["exits", ""],
    "speaks": ["speaks"],
    "again": ["value"],
    "odd": ["list", "surrogate", "speechless", ""],
    "cancels": ["cancels"] * 12,
    "fine": [""],
}
COMMANDS = {
    "order": [SCORE, "--restrict", "subject='order'", "--restrict", "session > 1", "--order", "reverse"],
    "limit": [SCORE, "--restrict", "subject='limit'", "--limit", "2"],
    "calls": [SCORE, "--restrict", "subject='calls'", "--max-calls", "1"],
    "random": [SCORE, "--restrict", "subject='random'", "--order", "random"],
    "scaled": [SCORE, "--restrict", "subject='scaled'", "--make-kwargs", '{"scale": 3}'],
    "unreserved": [SCORE, "--restrict", "subject='unreserved'", "--no-reserve"],
    "stopped": [SCORE, SUMMARY, "--restrict", "subject='stopped'", "--stop-on-error"],
    "exits": [SCORE, "--restrict", "subject='exits'"],
    "speaks": [SCORE, "--restrict", "subject='speaks'"],
    "again": [SCORE, "--restrict", "subject='again'"],
    "excluded": [SCORE, "--restrict", "subject='again'"],
    "odd": [SCORE, "--restrict", "subject='odd'"],
    "cancels": [SCORE, "--restrict", "subject='cancels'"],
    "fine": [SCORE, SUMMARY, "--restrict", "subject='fine'"],
}


class Runs:
    """A schema, and what each of COMMANDS answered in it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.schema, self.module = lab.pipeline()
        self.module.Recording.insert(
            (subject, session, behaviour)
            for subject, behaviours in ROWS.items()
            for session, behaviour in enumerate(behaviours, 1)
        )
        self.answers = dict(zip(COMMANDS, answers(self.schema, list(COMMANDS.values())), strict=True))

    def __getitem__(self, name: str) -> Answer:
        return self.answers[name]

    def lines(self, name: str) -> list[str]:
        return self.answers[name].out.splitlines()

    def sessions(self, subject: str, table: str = "Score") -> list[int]:
        found: list[int] = (getattr(self.module, table) & {"subject": subject}).fetch("session").tolist()
        return found


@pytest.fixture(scope="module")
def runs(accounts: None) -> Iterator[Runs]:
    with Lab() as lab:
        yield Runs(lab)


def test_a_run_without_failures_leaves_status_0_and_says_nothing_on_stderr(runs: Runs) -> None:
    assert (runs["fine"].status, runs["fine"].err) == (0, "")


def test_tables_are_populated_in_the_order_given_and_the_first_feeds_the_second(runs: Runs) -> None:
    assert runs.lines("fine") == [
        f"{SCORE}: 1 to compute",
        "done subject=fine, session=1",
        f"{SUMMARY}: 1 to compute",
        "done subject=fine, session=1",
        f"{SCORE}: 1 done, 0 failed, 0 skipped",
        f"{SUMMARY}: 1 done, 0 failed, 0 skipped",
    ]


def test_restrictions_all_hold_and_reverse_turns_the_order_round(runs: Runs) -> None:
    assert runs.lines("order")[1:-1] == ["done subject=order, session=3", "done subject=order, session=2"]


def test_a_random_order_computes_every_key(runs: Runs) -> None:
    assert runs.sessions("random") == [1, 2, 3]


def test_limit_bounds_the_keys_looked_at(runs: Runs) -> None:
    assert runs.sessions("limit") == [1, 2]


def test_max_calls_bounds_the_keys_tried(runs: Runs) -> None:
    assert runs.sessions("calls") == [1]


def test_make_kwargs_reach_make(runs: Runs) -> None:
    assert (runs.module.Score & {"subject": "scaled"}).fetch1("score") == 3


def test_a_failure_leaves_status_1_and_is_summarised_with_key_and_message(runs: Runs) -> None:
    assert (runs["again"].status, runs.lines("again")) == (
        1,
        [
            f"{SCORE}: 1 to compute",
            "FAILED subject=again, session=1: ValueError: the trace is empty",
            f"{SCORE}: 0 done, 1 failed, 0 skipped",
            "  FAILED subject=again, session=1: ValueError: the trace is empty",
        ],
    )


def test_a_key_that_failed_before_is_excluded_and_counted(runs: Runs) -> None:
    assert (runs["excluded"].status, runs.lines("excluded")[-1]) == (
        0,
        f"{SCORE}: 0 done, 0 failed, 0 skipped, 1 excluded (1 error)",
    )


def test_without_reservation_a_failure_leaves_no_job(runs: Runs) -> None:
    assert runs["unreserved"].status == 1
    assert runs.sessions("unreserved") == [2]
    assert "unreserved" not in runs.lab.jobs(runs.schema)


def test_stop_on_error_leaves_the_other_keys_and_tables(runs: Runs) -> None:
    assert runs["stopped"].status == 1
    assert runs.lines("stopped")[2:] == [
        f"{SCORE}: 0 done, 1 failed, 0 skipped, 1 not tried",
        "  FAILED subject=stopped, session=1: ValueError: the trace is empty",
    ]


def test_a_make_that_calls_exit_is_a_failure_and_the_next_key_is_computed(runs: Runs) -> None:
    assert runs.lines("exits")[1:3] == [
        "FAILED subject=exits, session=1: SystemExit: 3",
        "done subject=exits, session=2",
    ]


def test_what_make_prints_is_kept(runs: Runs) -> None:
    assert runs.lines("speaks")[1:-1] == ["make speaks", "done subject=speaks, session=1"]


def test_errors_that_are_hard_to_write_down_are_written_down(runs: Runs) -> None:
    assert runs.lines("odd")[1:5] == [
        "FAILED subject=odd, session=1: ValueError: ['a', 'b']",
        r"FAILED subject=odd, session=2: ValueError: cannot read caf\udce9.bin",
        "FAILED subject=odd, session=3: SpeechlessError: (what it says could not be read)",
        "done subject=odd, session=4",
    ]
    jobs = [job for job in runs.module.schema.jobs.fetch(as_dict=True) if job["key"]["subject"] == "odd"]
    assert sorted((job["status"], job["error_message"]) for job in jobs) == [
        ("error", "SpeechlessError: (what it says could not be read)"),
        ("error", "ValueError: ['a', 'b']"),
        ("error", r"ValueError: cannot read caf\udce9.bin"),
    ]


def test_a_make_that_ends_the_transaction_itself_leaves_none_open(runs: Runs) -> None:
    assert runs.lines("cancels")[-1] == f"{SCORE}: 12 done, 0 failed, 0 skipped"
    assert "cancels" not in runs.lab.jobs(runs.schema)


def test_a_cleared_error_is_computed_again(runs: Runs) -> None:
    runs.module.Recording.update1({"subject": "again", "session": 1, "behaviour": ""})
    for job in runs.module.schema.jobs.fetch(as_dict=True):
        if job["key"]["subject"] == "again":
            (runs.module.schema.jobs & {"key_hash": job["key_hash"]}).delete()
    (answer,) = answers(runs.schema, [COMMANDS["again"]])
    assert (answer.status, answer.out.splitlines()[1]) == (0, "done subject=again, session=1")


def reserve(module: ModuleType, subject: str) -> None:
    module.schema.jobs.reserve("__score", {"subject": subject, "session": 1})


def test_keys_that_another_worker_took_or_finished_meanwhile_are_skipped(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"a": "wait", "b": "", "c": ""})
    worker = lab.start_waiting(schema)
    reserve(module, "b")
    module.Score.insert1(("c", 1, 0.5), allow_direct_insert=True)
    lab.gate.touch()
    out, _ = worker.communicate()
    assert out.splitlines()[1:] == [
        "done subject=a, session=1",
        "skipped subject=b, session=1",
        "skipped subject=c, session=1",
        f"{SCORE}: 1 done, 0 failed, 2 skipped",
    ]
    assert worker.returncode == 0


def test_a_message_that_the_jobs_table_cannot_store_becomes_an_error_all_the_same(lab: Lab) -> None:
    schema, _ = lab.pipeline(charset="latin1", recordings={"a": "chained", "b": ""})
    worker = lab.populate(schema)
    assert worker.stdout.splitlines()[1:3] == [
        "FAILED subject=a, session=1: OwnError: no spikes: Überlänge 🧠",
        "done subject=b, session=1",
    ]
    assert lab.jobs(schema) == {"a": r"OwnError: no spikes: \xdcberl\xe4nge \U0001f9e0"}


def test_a_long_make_keeps_reserved_only_its_own_key(lab: Lab) -> None:
    quick = {f"a{number}": "" for number in range(9)}
    schema, module = lab.pipeline(recordings={**quick, "b": "wait", **{f"c{number}": "" for number in range(9)}})
    worker = lab.start_waiting(schema)
    eventually(lambda: list(lab.jobs(schema)) == ["b"], "what was prefetched to be released")
    module.Score.populate({"subject": "c0"}, reserve_jobs=True)
    lab.gate.touch()
    out, _ = worker.communicate()
    assert out.splitlines()[-1] == f"{SCORE}: 18 done, 0 failed, 1 skipped"
    assert (lab.jobs(schema), len(module.Score())) == ({}, 19)
