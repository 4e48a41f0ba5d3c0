"""A table is called as its class is."""

import pytest

from jobs.names import class_name


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("session", "Session"),
        ("#probe_type", "ProbeType"),
        ("_recording", "Recording"),
        ("__spike_sorting", "SpikeSorting"),
        ("session__trial", "Session.Trial"),
        ("__spike_sorting__unit", "SpikeSorting.Unit"),
        ("#l_f_p", "LFP"),
        ("~log", "Log"),
        ("__v2_fit3", "V2Fit3"),
    ],
)
def test_a_table_of_datajoint_is_called_by_its_class(table: str, name: str) -> None:
    assert class_name(table) == name


@pytest.mark.parametrize("table", ["pkg.Class", "Score", "", "__", "a b", "<b>", "ü", "__a`b", "1st", "___x"])
def test_any_other_name_stays_as_it_is(table: str) -> None:
    assert class_name(table) == table
