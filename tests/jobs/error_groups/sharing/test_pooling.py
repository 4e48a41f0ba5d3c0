"""Keys of several tables are compared together, so that no table counts for more among those that passed."""

from jobs.error_groups.sharing.finding import ComparedKey, find_shared
from jobs.error_groups.sharing.pooling import TableKeys, pooled


def table(name: str, failed: int, passed: int, **attributes: object) -> TableKeys:
    one = ComparedKey({"subject": "M1", **attributes})
    return TableKeys((name,), [one] * failed, [one] * passed)


def test_tables_of_the_same_attributes_are_one() -> None:
    (found,) = pooled([table("A", 10, 40), table("B", 10, 40)])
    assert (found.tables, len(found.failed), len(found.passed)) == (("A", "B"), 20, 80)


def test_tables_of_other_attributes_stand_apart_the_one_with_most_failed_keys_first() -> None:
    assert [one.tables for one in pooled([table("A", 5, 9), table("B", 9, 9, probe=1)])] == [("B",), ("A",)]


def test_each_table_has_the_same_part_in_those_that_passed() -> None:
    (found,) = pooled([table("A", 20, 30, rig=1), table("B", 10, 4_000, rig=2)])
    rigs = [key.attributes["rig"] for key in found.passed]
    assert (rigs.count(1), rigs.count(2)) == (30, 15)


def test_a_large_table_does_not_make_another_one_s_parameter_a_reason() -> None:
    (found,) = pooled([table("A", 30, 60, rig=1), table("B", 10, 4_000, rig=2)])
    assert find_shared(found.failed, found.passed).claims == ()


def test_a_table_without_keys_that_passed_is_left_out() -> None:
    (found,) = pooled([table("A", 10, 40), table("B", 10, 0)])
    assert (found.tables, len(found.failed)) == (("A",), 10)


def test_of_one_table_few_keys_may_have_passed() -> None:
    (found,) = pooled([table("A", 100, 6)])
    assert len(found.passed) == 6
