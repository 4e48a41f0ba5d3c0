"""What a key refers to is compared as well, where it is small and may be read."""

import pytest

from jobs.error_groups.comparing.parents import Parent, parents_of, with_parents
from tests.jobs.error_groups.comparing.sorted_lab import SortedLab
from tests.lab import Lab
from tests.server import SERVER, SITE

ATTRIBUTES = ["subject", "session_date", "paramset_id"]


@pytest.fixture
def made(lab: Lab) -> SortedLab:
    """A lab whose tables are there."""
    return SortedLab(lab)


def of_sorting(made: SortedLab) -> list[Parent]:
    return parents_of(made.schema, "__sorting", ATTRIBUTES)


def test_the_columns_beside_its_key_are_read(made: SortedLab) -> None:
    (params,) = of_sorting(made)  # a session has nothing but its key
    assert with_parents({"paramset_id": 3}, [params]) == {
        "paramset_id": 3,
        "Params.method": "kilosort",
        "Params.threshold": 5.0,
    }


def test_of_a_key_without_a_row_nothing_is_said(made: SortedLab) -> None:
    assert with_parents({"paramset_id": 99}, of_sorting(made)) == {"paramset_id": 99}


def test_a_large_table_is_not_read(made: SortedLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.error_groups.comparing.parents.MOST_ROWS", 3)
    assert of_sorting(made) == []


def test_one_that_may_not_be_read_is_left_out(made: SortedLab) -> None:
    with SERVER.without_grants():
        SERVER.sql(f"GRANT SELECT ON `{made.schema}`.`__sorting` TO '{SITE}'@'%'")
        assert of_sorting(made) == []


def test_long_texts_and_blobs_are_not_compared(made: SortedLab) -> None:
    SERVER.sql(f"ALTER TABLE `{made.schema}`.`#params` ADD note text, ADD settings longblob")
    (params,) = of_sorting(made)
    assert params.names == ("Params.method", "Params.threshold")
