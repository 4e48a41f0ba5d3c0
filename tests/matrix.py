"""Under which settings of the lab's server, and in which time zones, must the tests pass too? `make test SETTING=ansi`.

Here is the one list of them. A private server starts with the variables of a setting; on the server that TEST_LAB_URL
names they are set GLOBAL for the run and put back at its end. The tests' own connections pin what they need (PINNED);
the site's and the workers' do not, but by the product's own doing.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# What a statement of the tests themselves may depend on. DataJoint sets its sql_mode itself (0.14.10, connection.py).
PINNED_FOR_DATAJOINT = "SET sql_select_limit = 18446744073709551615, sql_safe_updates = 0, completion_type = 0"
PINNED = f"{PINNED_FOR_DATAJOINT}, sql_mode = 'STRICT_ALL_TABLES'"


@dataclass(frozen=True)
class Setting:
    """Global variables of the server, and TZ of the site and of the workers; '' leaves it as it is."""

    variables: Mapping[str, str | int] = field(default_factory=dict)
    zone: str = ""
    excepted: Mapping[str, str] = field(default_factory=dict)
    """Tests whose other party is DataJoint itself, which fails under the setting: file::name -> why."""

    @property
    def environ(self) -> dict[str, str]:
        """What a process of the lab has in its environment."""
        return {"TZ": self.zone} if self.zone else {}

    def options(self, folder: Path) -> list[str]:
        """Return how a private server is told to start with the variables; not each of them has an option."""
        if not self.variables:
            return []
        script = folder / "setting.sql"
        script.write_text("".join(f"{statement};\n" for statement in assignments(self.variables)))
        return [f"--init-file={script}"]


# 0.14.10, dependencies.py: one SELECT without a LIMIT reads the foreign keys of all tables of the schemas. Of more than
# three, DataJoint's own populate() misses the others too.
READS_THREE_ROWS = "DataJoint reads three rows of the schemas' foreign keys, and finds a table to have none"
OF_LARGER_TABLES = (
    "test_float_keys.py::test_two_workers_at_once_compute_no_float_twice",
    "test_float_keys.py::test_the_lines_to_copy_mean_just_this_key",
    "test_float_keys.py::test_a_restriction_that_matches_no_float_says_how_one_is_written",
    "test_populate_elements.py::test_an_imported_workflow_activates_the_element_in_each_process",
    "test_populate_elements.py::test_a_workflow_is_populated_by_several_processes",
    "test_populate_elements.py::test_tables_are_found_by_each_of_their_names",
    "test_populate_nothing_inserted.py::test_a_make_of_any_kind_may_insert_nothing",
    "test_populate_nothing_inserted.py::test_several_processes_and_tables_try_such_a_key_once_each",
    "test_populate_real_element.py::test_a_table_of_the_element_is_populated_by_the_name_that_the_workflow_gives_it",
    "test_populate_real_element.py::test_it_is_by_its_own_name_when_the_workflow_is_imported_first",
    "test_populate_real_element.py::test_the_workflow_stands_for_all_populated_tables_of_its_element",
    "test_populate_shadowed.py::test_it_is_refused_where_the_lab_s_code_imports_it",
    "test_populate_overridden.py::test_json_has_it_under_a_key_of_its_own",
)


SETTINGS = {
    "": Setting(),
    "ansi": Setting({"sql_mode": "ANSI"}),
    "oracle": Setting({"sql_mode": "ORACLE"}),
    "no-backslash-escapes": Setting({"sql_mode": "NO_BACKSLASH_ESCAPES"}),
    "select-limit": Setting({"sql_select_limit": 3}, excepted=dict.fromkeys(OF_LARGER_TABLES, READS_THREE_ROWS)),
    "safe-updates": Setting({"sql_safe_updates": 1}),
    "completion-type": Setting({"completion_type": 2}),
    "latin1": Setting(
        {"character_set_server": "latin1", "collation_server": "latin1_swedish_ci", "time_zone": "-04:00"}
    ),
    "new-york": Setting(zone="America/New_York"),
    "kolkata": Setting(zone="Asia/Kolkata"),
}


def chosen() -> Setting:
    """Return the setting that TEST_SETTING names. Raises pytest.UsageError for a name that is none."""
    name = os.environ.get("TEST_SETTING", "")
    if name not in SETTINGS:
        known = ", ".join(known for known in SETTINGS if known)
        raise pytest.UsageError(f"“{name}” is no setting that the tests know: choose one of {known}.")
    return SETTINGS[name]


def assignments(variables: Mapping[str, str | int]) -> Iterator[str]:
    """Yield the statements that give a server its variables."""
    for name, value in variables.items():
        yield f"SET GLOBAL {name} = {value!r}"


def leave_out_what_is_excepted(items: list[pytest.Item]) -> None:
    """Skip the tests that the setting excepts, and say why."""
    excepted = chosen().excepted
    for item in items:
        why = excepted.get(f"{item.path.name}::{item.name.partition('[')[0]}")
        if why:
            item.add_marker(pytest.mark.skip(reason=why))
