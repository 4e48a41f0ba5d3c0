"""The settings under which the tests run: how one is named, and where they are said."""

import pytest

from tests.lab import ROOT
from tests.matrix import SETTINGS, chosen


def test_an_unknown_setting_is_answered_by_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SETTING", "ansy")
    with pytest.raises(pytest.UsageError) as raised:
        chosen()
    known = ", ".join(SETTINGS).removeprefix(", ")
    assert str(raised.value) == f"“ansy” is no setting that the tests know: choose one of {known}."


@pytest.mark.parametrize("setting", [name for name in SETTINGS if name])
def test_each_setting_stands_in_the_docs(setting: str) -> None:
    said = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    assert said.count(f"`make test SETTING={setting}`") == 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_setting_excepts_is_a_test(setting: str) -> None:
    excepted = [name.split("::") for name in SETTINGS[setting].excepted]
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [test for file, test in excepted if f"def {test}(" not in files.get(file, "")] == []
