"""The rules of the house, held by looking at the source: who may import whom, and where raw SQL stands."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from tests.lab import ROOT

APPS = ("jobs", "connections", "jobsite")
SOURCES = {str(path.relative_to(ROOT)): path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

WORKERS = {
    f"jobs/{name}.py"
    for name in (
        "populate",
        "computing",
        "ahead",
        "finding",
        "importing",
        "overriding",
        "shadowing",
        "held",
        "inserts",
        "todo",
        "claiming",
        "key_columns",
        "jobs_table",
        "rights",
        "refused_writes",
        "retries",
        "making",
        "reservations",
        "unreserved",
        "errors_in_make",
        "endings",
        "sessions",
        "pipelines",
        "workers",
        "interrupts",
        "outcomes",
    )
}
RAW_SQL = {
    "jobs/layouts.py",
    "jobs/reading.py",
    "jobs/listing.py",
    "jobs/claiming.py",
    "jobs/jobs_table.py",
    "jobs/rights.py",
    "jobs/reservations.py",
    "connections/killing.py",
    "connections/locks.py",
    "connections/server.py",
    "connections/transactions.py",
    "jobsite/encryption.py",
}
LEAVES = {
    "jobs.liveness",
    "jobs.tracebacks.parsing",
    "jobs.tracebacks.libraries",
    "jobs.statuses",
    "jobs.formats.table_name",
}
LEAVES |= {"jobs.formats.jobs_columns", "jobs.formats.blob", "jobs.formats.blob_reader", "jobs.formats.blob_arrays"}
RANKS = [
    {"jobs.urls", "connections.urls"},
    {"jobs.views.jobs", "connections.views"},
    {"jobs.listing.tables", "jobs.actions.selection", "jobs.actions.clear", "connections.tables"},
    {
        "jobs.listing.rows",
        "jobs.listing.reserved",
        "jobs.layouts.reading",
        "jobs.layouts.discovery",
        "jobs.listing.marking",
        "connections.listing",
    },
    {
        "jobs.models",
        "jobs.snapshots",
        "connections.killing",
        "jobsite.lab.server",
        "jobsite.lab.locks",
        "jobsite.lab.transactions",
    },
    {"connections.models"},
    LEAVES,
]
"""Each imports only from the lines below its own, or beside it."""


def imports(name: str) -> set[str]:
    """Return the modules a file imports, wherever in it."""
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def tops(name: str) -> set[str]:
    """Return the packages a file imports from."""
    return {module.partition(".")[0] for module in imports(name)}


def module_of(name: str) -> str:
    """Return the module of a file."""
    return name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def names_in(name: str) -> Iterator[str]:
    """Yield the names and attributes that the code of a file uses."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg


def test_the_source_was_found() -> None:
    assert len(SOURCES) > 50
    assert len(TEMPLATES) > 20


def test_only_workers_and_the_demo_know_datajoint() -> None:
    found = {name for name in SOURCES if {"datajoint", "pymysql"} & tops(name)}
    assert {name for name in found if not name.startswith("jobsite/demo/")} <= WORKERS


def test_the_web_knows_nothing_of_the_workers() -> None:
    web = [name for name in SOURCES if name.endswith(("views.py", "urls.py", "http.py", "settings.py", "wsgi.py"))]
    workers = {module_of(name) for name in WORKERS}
    assert {name: imports(name) & workers for name in web} == {name: set() for name in web}


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_a_leaf_stands_on_the_standard_library_alone(leaf: str) -> None:
    name = f"{leaf.replace('.', '/')}.py"
    foreign = {top for top in tops(name) if top not in sys.stdlib_module_names}
    assert foreign <= {"jobs"}
    assert {module for module in imports(name) if module.startswith("jobs.")} <= LEAVES | {
        module for module in imports(name) if module.rpartition(".")[0] in LEAVES
    }


def test_a_leaf_looks_at_no_clock() -> None:
    clocks = {"now", "utcnow", "today", "time.time", "monotonic", "perf_counter"}
    found = {leaf: clocks & set(names_in(f"{leaf.replace('.', '/')}.py")) for leaf in LEAVES}
    assert found == {leaf: set() for leaf in LEAVES}


def test_imports_go_downward_only() -> None:
    rank_of = {module: rank for rank, modules in enumerate(RANKS) for module in modules}
    upward = [
        f"{module} imports {other}"
        for module, rank in rank_of.items()
        for other in imports(f"{module.replace('.', '/')}.py")
        if rank_of.get(other, rank) < rank
    ]
    assert upward == []


def test_connections_know_nothing_of_jobs_but_on_their_page() -> None:
    found = {name for name in SOURCES if name.startswith("connections/") and "jobs" in tops(name)}
    assert found == {"connections/views.py"}


def test_raw_sql_stands_in_few_places() -> None:
    web = {name for name in SOURCES if name not in WORKERS and not name.startswith("jobsite/demo/")}
    assert {name for name in web if {"cursor", "RawSQL"} & set(names_in(name))} <= RAW_SQL


def test_no_sql_is_put_together_with_values() -> None:
    verbs = re.compile(r"^\s*(SELECT\s.+\sFROM|INSERT|UPDATE|DELETE|KILL|SHOW)\s.*\{", re.DOTALL)
    texts = [
        (name, ast.unparse(node))
        for name in RAW_SQL & set(SOURCES)
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.JoinedStr) and verbs.match(ast.unparse(node)[2:])
    ]
    assert texts == []


def test_every_logger_of_ours_writes_one_line_that_can_be_shown() -> None:
    found = {name for name in SOURCES if "getLogger" in set(names_in(name))}
    assert found == {"jobsite/one_line.py", "jobs/pipelines.py"}  # the latter's is DataJoint's


def test_a_grant_to_copy_is_written_in_one_place() -> None:
    written = re.compile(r"GRANT [A-Z ,]*\{")
    files = {**SOURCES, **{path.name: path for path in TEMPLATES}}
    found = [name for name, path in files.items() if written.search(path.read_text(encoding="utf-8"))]
    assert found == ["jobsite/grants.py"]


def test_the_lab_s_rows_are_deleted_in_one_place() -> None:
    found = {name for name in SOURCES if name.startswith(("jobs/", "connections/")) and "delete" in set(names_in(name))}
    assert found - WORKERS == {"jobs/actions.py"}


def test_only_views_filters_and_choosing_see_the_request() -> None:
    allowed = ("views.py", "filters.py", "http.py", "choosing.py", "queries.py")
    seen = {
        name
        for name in SOURCES
        if not re.search("/(migrations|demo)/", name) and {"request", "QueryDict", "HttpRequest"} & set(names_in(name))
    }
    assert [name for name in seen if not name.endswith(allowed)] == []


def test_tables_and_templatetags_never_query() -> None:
    asking = {"objects", "cursor", "filter_by", "list_jobs", "process_list", "connections"}
    files = [name for name in SOURCES if name.endswith("tables.py") or "/templatetags/" in name]
    assert {name: asking & set(names_in(name)) for name in files} == {name: set() for name in files}


def test_every_escape_of_a_template_stays_on() -> None:
    off = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq|mark_safe")
    assert [path.name for path in TEMPLATES if off.search(path.read_text(encoding="utf-8"))] == []
    assert [name for name in SOURCES if {"mark_safe", "SafeData", "csrf_exempt"} & set(names_in(name))] == []


def test_no_template_holds_code_or_style() -> None:
    inline = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals=.js")
    assert [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_below_the_views_imports_them() -> None:
    views = {"jobs.views.jobs", "connections.views", "jobs.urls", "connections.urls", "jobsite.urls"}
    rest = [name for name in SOURCES if not name.endswith(("urls.py", "views.py"))]
    assert {name: imports(name) & views for name in rest} == {name: set() for name in rest}


def test_no_template_is_long() -> None:
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in TEMPLATES}
    assert {name: lines for name, lines in long.items() if lines > 100} == {}


def test_no_file_is_long() -> None:
    long = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in SOURCES.items()}
    assert {name: lines for name, lines in long.items() if lines > 250} == {}


def test_no_room_is_called_by_a_word_that_says_nothing() -> None:
    words = {"utils", "util", "helpers", "helper", "services", "service", "manager", "misc", "common"}
    assert [name for name in SOURCES if words & set(re.split(r"[/._]", name))] == []


def test_every_module_says_which_question_it_answers() -> None:
    empty = [name for name, tree in TREES.items() if tree.body and not ast.get_docstring(tree)]
    assert empty == []
