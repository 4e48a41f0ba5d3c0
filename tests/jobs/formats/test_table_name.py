"""How tables are called by the people who wrote their classes."""

from typing import Any

import pytest

from jobs.formats.table_name import class_name


@pytest.mark.parametrize(
    ("table_name", "said"),
    [
        ("__spike_sorting", "SpikeSorting"),
        ("_raw_signal", "RawSignal"),
        ("#l_f_p", "LFP"),
        ("session", "Session"),
        ("session__trial", "Session.Trial"),
        ("__sorting__unit", "Sorting.Unit"),
        ("package.Class", "package.Class"),
        ("", ""),
        ("`x`", "`x`"),
        ("__Überlänge", "__Überlänge"),
    ],
)
def test_a_table_is_called_as_its_class(table_name: str, said: str) -> None:
    assert class_name(table_name) == said


@pytest.mark.parametrize("bare", ["spike_sorting", "l_f_p", "session", "unit2_tuning"])
def test_names_are_those_datajoint_makes(datajoint: Any, bare: str) -> None:
    assert class_name(f"__{bare}") == datajoint.utils.to_camel_case(bare)
