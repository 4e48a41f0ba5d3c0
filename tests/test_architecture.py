"""The rules of the house, held by looking at the source: who may import whom, who may ask the server, how long code is.

A rule names rooms, not files (tests/architecture.py): what is new in a room keeps the room's rules.
"""

import re
import sys
from collections.abc import Iterable
from statistics import median

import pytest

from tests.architecture import (
    MAY_IMPORT,
    MODULES,
    ROOT,
    WORDS,
    WRITTEN,
    attributes_in,
    circle,
    classes,
    f_strings,
    floors,
    functions,
    has_relative_import,
    imports_upward,
    is_in,
    module_graph,
    names_in,
    ninth_tenth,
    packages,
    private_names,
    reached,
    room_of,
    texts,
    whole_numbers,
)

MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

DATAJOINT_IS_KNOWN_IN = ("jobs.worker", "jobsite.demo")
JOBS_ARE_KNOWN_IN = (
    "connections.consequences",
    "connections.jobs_of_connections",
    "connections.management",
    "connections.views",
)
PURE = (
    *("jobs.formats", "jobs.tracebacks", "jobs.liveness", "jobs.statuses", "jobsite.one_line", "jobsite.exporting"),
    *("jobs.error_groups.sharing", "jobsite.fitting"),
    *WORDS,
)
"""Values in, values out."""
PURE_PACKAGES = {"jobsite.restrictions": "sqlglot", "jobsite.exporting": "wcwidth", "jobsite.fitting": "wcwidth"}
"""What rooms may use beside the standard library: it makes a tree of a text, or counts its columns."""
OF_PYTHON = {"_exit", "_run_exitfuncs"}
"""Names of Python's own modules, os and atexit, that begin as private ones do."""


def having(names: set[str], *, where: Iterable[str]) -> list[str]:
    """Return which of the modules `where` use one of `names`, as sentences."""
    return [f"{module} has {name}" for module in where for name in names & names_in(module)]


def outside(*rooms: str) -> list[str]:
    """Return the modules that are in none of `rooms`."""
    return [name for name in WRITTEN if not is_in(name, *rooms)]


def inside(*rooms: str) -> list[str]:
    """Return the modules of `rooms`."""
    return [name for name in WRITTEN if is_in(name, *rooms)]


def test_the_source_was_found() -> None:
    assert len(WRITTEN) > 50
    assert len(TEMPLATES) > 20


# --- Who imports whom ------------------------------------------------------------------------------------------------
def test_every_module_is_in_a_room() -> None:
    assert [name for name in WRITTEN if not room_of(name)] == []


def test_every_import_says_the_whole_name() -> None:
    assert [name for name in WRITTEN if has_relative_import(name)] == []


def test_the_rooms_stand_above_one_another() -> None:
    assert circle({room: set(others) & set(MAY_IMPORT) for room, others in MAY_IMPORT.items()}) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(module_graph()) == []


def test_imports_go_downward_only() -> None:
    assert imports_upward() == []


def test_there_are_nine_floors_at_most() -> None:
    # The ninth is the masking: below all that shows, logs or records a text.
    assert floors()[9:] == []


def test_no_page_reaches_a_worker() -> None:
    pages = outside("jobs.worker", "jobs.management")
    assert {name for name in pages if any(is_in(other, "jobs.worker") for other in reached(name))} == set()


def test_a_worker_runs_without_django() -> None:
    reached_by_workers = set().union(*map(reached, inside("jobs.worker")))
    assert {name for name in reached_by_workers if "django" in packages(name)} == set()


def test_only_workers_and_the_demo_know_datajoint() -> None:
    others = outside(*DATAJOINT_IS_KNOWN_IN)
    assert {name for name in others if {"datajoint", "pymysql"} & packages(name)} == set()


def test_what_datajoint_keeps_to_itself_is_touched_in_one_room() -> None:
    touched = [
        f"{name} touches {private}"
        for name in inside("jobs.worker")
        if not is_in(name, "jobs.worker.dj")
        for private in private_names(name) - OF_PYTHON
    ]
    assert touched == []


def test_few_know_the_jobs_of_connections() -> None:
    knowing = [name for name in inside("connections") if "jobs" in packages(name)]
    assert [name for name in knowing if not is_in(name, *JOBS_ARE_KNOWN_IN)] == []


@pytest.mark.parametrize("name", inside(*PURE))
def test_what_is_pure_stands_on_the_standard_library_alone(name: str) -> None:
    foreign = {package for other in reached(name) for package in packages(other)} - {"jobs", "jobsite"}
    also = {package for room, package in PURE_PACKAGES.items() if is_in(name, room)}
    assert foreign - sys.stdlib_module_names - also == set()
    assert [other for other in reached(name) if not is_in(other, *PURE)] == []


def test_what_is_pure_looks_at_no_clock() -> None:
    assert having({"now", "utcnow", "today", "monotonic", "perf_counter"}, where=inside(*PURE)) == []
    assert {name for name in inside(*PURE) if "time" in packages(name)} == set()


# --- Who may ask the server ------------------------------------------------------------------------------------------
def test_raw_sql_goes_through_one_door() -> None:
    others = outside("jobs.worker", "jobsite.demo", "jobsite.lab.sql")
    assert [name for name in others if "cursor" in attributes_in(name) or "RawSQL" in names_in(name)] == []


def test_no_sql_is_put_together_with_values() -> None:
    statement = re.compile(r"\s*(SELECT\s.+\sFROM|INSERT|UPDATE|DELETE|KILL|SHOW)\s.*\{", re.DOTALL)
    found = [f"{name}: {text}" for name in outside("jobsite.demo") for text in f_strings(name) if statement.match(text)]
    assert found == []


def test_names_are_quoted_in_one_place() -> None:
    # In jobs.formats they are quoted for a line to copy, which the site never sends.
    rest = outside("jobsite.lab", "jobsite.demo", "jobs.formats")
    assert [f"{name}: {text}" for name in rest for text in (*texts(name), *f_strings(name)) if "`{" in text] == []


def test_the_lab_s_rows_are_changed_in_few_rooms() -> None:
    change = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s")
    # What is exported is sorted in a file of SQLite's, by a room that reaches no server.
    others = outside("jobs.actions", "jobs.layouts", "jobs.worker", "jobsite.demo", "jobsite.exporting.sorting")
    assert [f"{name}: {text}" for name in others for text in texts(name) if change.match(text)] == []
    assert having({"delete"}, where=[name for name in others if is_in(name, "jobs", "connections")]) == []


def test_connections_alone_are_killed() -> None:
    assert [f"{name}: {text}" for name in outside("connections") for text in texts(name) if "KILL " in text] == []


def test_tables_and_tags_never_query() -> None:
    ask = {"objects", "cursor", "lab_cursor", "from_table", "filter_by", "list_jobs", "process_list", "connections"}
    drawn = [name for name in outside("jobs.worker") if name.endswith(".tables") or ".templatetags." in name]
    assert len(drawn) > 4
    assert having(ask, where=drawn) == []


def test_only_views_and_forms_see_the_request() -> None:
    rest = outside("jobs.views", "connections.views", "jobsite.accounts.views", "jobsite.pages", "jobsite.demo")
    rest = [name for name in rest if not name.endswith(("filters", "forms", "middleware"))]
    assert having({"request", "QueryDict", "HttpRequest"}, where=rest) == []


def test_each_error_number_of_the_server_stands_in_one_place() -> None:
    numbers = {number for number in whole_numbers("jobsite.lab.errors") if number >= 1000}
    also = {name: numbers & whole_numbers(name) for name in outside("jobsite.lab.errors", "jobsite.demo")}
    # A limit that happens to be the number of an error is alone.
    assert {name: found for name, found in also.items() if len(found) > 2} == {}


def test_a_grant_to_copy_is_written_in_one_place() -> None:
    written = re.compile(r"GRANT [A-Z ,]*\{")
    files = {**{name: MODULES[name].path for name in WRITTEN}, **{path.name: path for path in TEMPLATES}}
    found = [name for name, path in files.items() if written.search(path.read_text(encoding="utf-8"))]
    assert found == ["jobsite.lab.grants"]


def test_every_logger_of_ours_writes_one_line_that_can_be_shown() -> None:
    # In jobs.worker.dj it is DataJoint's.
    assert having({"getLogger"}, where=outside("jobsite.one_line", "jobs.worker.dj")) == []


# --- What a template may hold ----------------------------------------------------------------------------------------
def test_every_escape_of_a_template_stays_on() -> None:
    off = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq|mark_safe")
    assert [path.name for path in TEMPLATES if off.search(path.read_text(encoding="utf-8"))] == []
    assert having({"mark_safe", "SafeData", "csrf_exempt"}, where=WRITTEN) == []


def test_no_template_holds_code_or_style() -> None:
    inline = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals=.js")
    assert [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))] == []


def test_no_template_is_long() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in TEMPLATES}
    assert {name: count for name, count in lines.items() if count > 100} == {}


# --- How long code is, and what it is called -------------------------------------------------------------------------
def test_functions_are_short() -> None:
    lines = functions()
    assert (median(lines.values()) <= 5, ninth_tenth(lines) <= 13) == (True, True)
    assert {name: count for name, count in lines.items() if count > 30} == {}


def test_no_class_is_long() -> None:
    assert {name: count for name, count in classes().items() if count > 120} == {}


def test_no_room_is_called_by_a_word_that_says_nothing() -> None:
    words = {"utils", "util", "helpers", "helper", "services", "service", "manager", "misc", "common"}
    assert [name for name in MODULES if words & set(re.split(r"[._]", name))] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name in WRITTEN if not MODULES[name].docstring] == []


# --- The map ---------------------------------------------------------------------------------------------------------
def test_what_the_map_names_is_there() -> None:
    named = {word for word in re.findall(r"`([\w./]+)`", MAP) if word.endswith((".py", ".html")) or word.count("/") > 1}
    files = {path.name for app in ("jobs", "connections", "jobsite") for path in (ROOT / app).rglob("*.py")}
    assert [word for word in sorted(named) if not (ROOT / word).exists() and word not in files] == []


def test_every_room_is_on_the_map() -> None:
    unlisted = ("management", "migrations", "pipeline")
    folders = {path.parent.relative_to(ROOT) for path in (module.path for module in MODULES.values())}
    rooms = [f"`{folder}/`" for folder in sorted(folders) if folder.name not in unlisted]
    assert [room for room in rooms if room not in MAP] == []
