"""What failing keys share is found on a real server, in what DataJoint's own workers left there."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from jobs.error_groups.comparing.reading import known_sharing, shared_sharing
from jobs.layouts.reading import Reading
from jobs.layouts.schema_wide import SchemaWide
from jobs.models import JobQuerySet
from jobsite.lab.server import ask_server
from tests.jobs.error_groups.comparing.sorted_lab import FIRST, Key, SortedLab
from tests.jobs.locking import bob_locks
from tests.lab import Lab
from tests.server import SERVER, SITE

SINCE = FIRST + dt.timedelta(days=30)
REASONS: dict[str, Callable[[Key], bool]] = {
    "paramset_id": lambda key: key[2] == 3,
    "subject": lambda key: key[0] == "M5",
    "session_date": lambda key: key[1] >= SINCE,
}


@pytest.fixture
def made(lab: Lab) -> SortedLab:
    """A lab with 160 keys of which none has been computed."""
    return SortedLab(lab)


def failing_on_gpu1(made: SortedLab) -> None:
    """Let a worker on gpu1 fail with all its keys, and one on gpu2 with two of them, and in two other ways."""
    keys = made.keys
    made.fail(keys[:20])
    made.compute([dict(zip(("subject", "session_date", "paramset_id"), key, strict=True)) for key in keys[:18]])
    made.move_to("gpu1")
    made.fail(keys[20:28], KeyError("rig"))
    made.fail(keys[28:36], TypeError("no number"))
    made.compute()
    made.move_to("gpu2")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("attribute", REASONS)
def test_the_reason_is_found(lab: Lab, attribute: str, seed: int) -> None:
    made = SortedLab(lab, seed)
    made.fail_where(REASONS[attribute])
    assert [claim.attribute for claim in made.sharing().claims] == [attribute]


@pytest.mark.parametrize("seed", range(4))
def test_a_host_is_found_by_the_other_jobs(lab: Lab, seed: int) -> None:
    made = SortedLab(lab, seed)
    failing_on_gpu1(made)
    found = made.sharing()
    assert [claim.line for claim in found.claims] == ["18 of 20 have host gpu1; none of the 10 other jobs compared"]
    assert found.basis == (
        "Looked at were 20 failed jobs, and 124 keys of the same tables that passed. Where and by whom a key was"
        " computed that passed is not stored: host and user are compared with those of 10 other jobs of these tables"
        " from about the same time."
    )


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_claimed_where_there_is_no_reason(lab: Lab, seed: int) -> None:
    made = SortedLab(lab, seed)
    made.fail(made.keys[:20])
    made.compute()
    found = made.sharing()
    assert (found.claims, found.line) == ((), "nothing stands out")


def test_what_a_parameter_set_says_is_named_beside_it(made: SortedLab) -> None:
    made.fail_where(REASONS["paramset_id"])
    (claim,) = made.sharing().claims
    assert (claim.condition, claim.also) == ("paramset_id = 3", ("Params.method = kilosort",))


def test_what_parameter_sets_have_in_common_is_found(made: SortedLab) -> None:
    made.fail([key for key in made.keys if key[2] in (1, 4)][:30])
    made.compute()
    assert "Params.threshold = 4" in {made.sharing().claims[0].condition, *made.sharing().claims[0].also}


def test_tables_with_the_same_key_are_compared_together(made: SortedLab) -> None:
    made.fail([key for key in made.keys if key[2] == 3])
    made.compute()
    made.compute(table="Quality")
    found = made.sharing()
    assert [str(claim.failed) for claim in found.claims] == ["80 of 80"]


def test_a_claim_about_some_of_the_tables_names_them(made: SortedLab) -> None:
    made.fail([key for key in made.keys if key[2] == 3])
    made.fail(made.sessions[::7])
    made.compute()
    made.compute(table="Unit")
    (claim,) = made.sharing().claims
    assert claim.tables == (f"{made.schema}.Sorting",)


def test_a_key_that_has_many_rows_counts_once(made: SortedLab) -> None:
    made.fail(made.sessions[:6])
    made.compute(table="Unit")
    assert made.sharing().passed == 34


def test_four_failed_keys_are_too_few(made: SortedLab) -> None:
    made.fail(made.keys[:4])
    made.compute()
    assert made.sharing().line == "too few to compare: 4 failed keys"


def test_where_none_has_passed_it_says_so(made: SortedLab) -> None:
    made.fail(made.keys)
    made.compute()
    assert made.sharing().line == "too few to compare: 0 keys that passed"


def test_of_a_large_group_it_says_how_many_were_looked_at(made: SortedLab) -> None:
    made.fail(made.keys[:20])
    made.compute()
    assert made.sharing(of_all=12_000).basis.startswith("Looked at were 20 of 12,000 failed jobs, such as chance")


def test_a_table_that_may_not_be_read_is_named_with_its_grant(made: SortedLab) -> None:
    made.fail(made.keys[:20])
    made.compute()
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT ON `{made.schema}`.`~jobs` TO '{SITE}'@'%'")
        found = made.sharing()
    grant = f"GRANT SELECT ON `{made.schema}`.`__sorting` TO '{SITE}'@'%'"
    assert (found.line, found.notes) == (
        "not compared",
        (f"The rows of {made.schema}.Sorting could not be read: {grant}.",),
    )


def test_a_table_that_is_gone_is_named(made: SortedLab) -> None:
    made.fail(made.keys[:20])
    made.compute()
    SERVER.sql(f"DROP TABLE `{made.schema}`.__sorting")
    assert made.sharing().notes == (f"The rows of {made.schema}.Sorting could not be read: there is no such table.",)


def test_a_table_that_is_locked_is_named(made: SortedLab, lab: Lab) -> None:
    made.fail(made.keys[:20])
    made.compute()
    with bob_locks(lab, f"`{made.schema}`.__sorting", "WRITE"):
        found = made.sharing()
    assert found.notes == (f"The rows of {made.schema}.Sorting could not be read: the table is locked.",)


def test_keys_that_are_not_stored_are_named(made: SortedLab) -> None:
    made.fail(made.keys[:20])
    made.compute()
    SERVER.sql(f"UPDATE `{made.schema}`.`~jobs` SET `key` = NULL")
    assert made.sharing().notes == (f"The keys of {made.schema}.Sorting cannot be read.",)


def test_another_viewer_gets_what_was_read_before(made: SortedLab, sharing: object) -> None:
    made.fail_where(REASONS["paramset_id"])
    chosen, now = made.group(), ask_server().now
    assert known_sharing(chosen, 20) is None
    read = shared_sharing(chosen, 20, Reading.begin(), now)
    with CaptureQueriesContext(connections["lab"]) as asked:
        again = shared_sharing(chosen, 20, Reading(()), now)
    assert (again, len(asked), known_sharing(chosen, 20)) == (read, 0, read)


class KeepsWhoPassed(SchemaWide):
    """A jobs table in which those that passed stay; here they are called ignored."""

    def passed_jobs(self, table_name: str) -> JobQuerySet:
        return self.jobs().filter(table_name=table_name, status="ignore")


def test_where_the_jobs_table_keeps_who_passed_a_host_is_compared_with_theirs(
    made: SortedLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.layouts.discovery.LAYOUTS", (KeepsWhoPassed,))
    keys = made.keys
    made.fail(keys[:30])
    made.fail(keys[30:60], KeyError("rig"))
    made.compute()
    made.move_to("gpu1")
    made.module.errors.clear()
    made.module.Sorting.insert(keys[30:60], allow_direct_insert=True)
    SERVER.sql(
        f"UPDATE `{made.schema}`.`~jobs` SET status = 'ignore', host = 'gpu2' WHERE error_message LIKE 'KeyError%'"
    )
    assert [claim.line for claim in made.sharing().claims] == ["all 30 have host gpu1; none of the 30 that passed"]
