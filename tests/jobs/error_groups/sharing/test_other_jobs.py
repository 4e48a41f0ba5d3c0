"""Failed jobs are compared with others of about the same time, of which no kind counts for more than a few."""

import datetime as dt

from jobs.error_groups.sharing.finding import ComparedKey
from jobs.error_groups.sharing.other_jobs import FOR_A_HOST, OtherJob, comparable_jobs

NIGHT = dt.datetime(2026, 11, 24, 2, 40, tzinfo=dt.timezone.utc)


def job(host: str, *, days: float = 0, known: bool = True) -> ComparedKey:
    return ComparedKey({}, host, at=NIGHT + dt.timedelta(days=days) if known else None)


FAILED = [job("gpu1"), job("gpu1", days=0.2)]


def compared(*others: OtherJob) -> list[str]:
    return [one.host for one in comparable_jobs(FAILED, others)]


def test_others_of_the_same_night_are_compared() -> None:
    assert compared(OtherJob(job("a"), "OSError"), OtherJob(job("b", days=0.4), "KeyError")) == ["a", "b"]


def test_a_job_of_last_week_is_not() -> None:
    old = OtherJob(job("a", days=-7), "OSError")
    assert compared(old, OtherJob(job("b"), "KeyError"), OtherJob(job("c"), "TypeError")) == ["b", "c"]


def test_one_without_a_time_is() -> None:
    assert compared(OtherJob(job("a", known=False), "OSError"), OtherJob(job("b"), "KeyError")) == ["a", "b"]


def test_a_kind_on_one_host_counts_for_a_few() -> None:
    many = [OtherJob(job("a"), "OSError")] * 100
    assert compared(*many, OtherJob(job("b"), "KeyError")) == ["a"] * FOR_A_HOST + ["b"]


def test_a_kind_on_one_host_alone_is_not_enough() -> None:
    assert compared(*[OtherJob(job("a"), "OSError")] * 100) == []


def test_a_kind_on_four_hosts_counts_for_all_of_them() -> None:
    many = [OtherJob(job(host), "OSError") for host in "abcd"] * 100
    assert len(compared(*many)) == 4 * FOR_A_HOST


def test_a_kind_of_which_few_are_elsewhere_is_as_on_one_host() -> None:
    many = [OtherJob(job(host), "OSError") for host in ["a"] * 100 + ["b", "c"]]
    assert compared(*many) == []
