"""Does the rule that makes groups of errors hold on the corpora? `make bench BENCH=grouping` prints confusions."""

from collections import Counter

import pytest

from benchmarks.grouping import Grouped, Pairs, Text, confusions, grouped, read_corpora, shortfalls


@pytest.mark.slow
def test_98_of_100_pairs_of_one_bug_are_in_one_group_and_of_two_bugs_in_two() -> None:
    assert shortfalls(grouped(read_corpora())) == []


def test_pairs_of_one_bug_and_of_two_are_counted() -> None:
    found = Grouped({("c", "one"): Counter(a=3, b=1), ("c", "other"): Counter(a=2)})
    assert found.together() == Pairs(3 + 1, 6 + 1)
    assert found.apart() == Pairs(8 - 6, 8)


def test_what_is_under_the_bar_is_said_in_a_sentence() -> None:
    found = Grouped({("c", "one"): Counter(a=1, b=1), ("c", "other"): Counter(c=2)})
    assert shortfalls(found) == ["50.00% of pairs of one bug are in one group"]


def test_what_is_split_and_what_is_mixed_is_printed_with_a_message_of_each() -> None:
    texts = [
        Text("c", "light", 0, "ValueError: M012 weighs 17 g", ""),
        Text("c", "heavy", 0, "ValueError: M014 weighs 48 g", ""),
        Text("c", "heavy", 1, "KeyError: 'weight'", ""),
    ]
    said = list(confusions(grouped(texts), texts))
    split, _, _, mixed, one, other = said
    assert split == "split: c: heavy"
    assert mixed.endswith(": c: heavy and c: light")
    assert (one, other) == ("  ValueError: M014 weighs 48 g", "  ValueError: M012 weighs 17 g")
