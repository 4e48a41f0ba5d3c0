"""Who may import whom, and the habits of the house: docs/decisions/ and this file together are its plan."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("jobsite", "jobs", "connections")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

LEAVES = {
    "jobs/liveness.py",
    "jobs/stacks.py",
    "jobs/stack_paths.py",
    "jobs/blobs.py",
    "jobs/blob_reader.py",
    "jobs/blob_arrays.py",
    "jobs/states.py",
}
WORKER = {"jobs/populate.py", "jobs/computing.py", "jobs/pipelines.py", "jobs/workers.py"}
RAW_SQL = {
    "jobs/layouts.py",
    "jobs/listing.py",
    "connections/server.py",
    "connections/transactions.py",
    "connections/killing.py",
}
ASKS_THE_SERVER = ("views", "listing", "layouts", "actions", "choosing", "killing", "server", "transactions")


def name_of(path: Path) -> str:
    """Return a source's path as the rules name it."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Yield the modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def offenders(paths: list[Path], pattern: str) -> list[str]:
    """Return `file: module` for each import that matches."""
    return [f"{name_of(path)}: {found}" for path in paths for found in imports(path) if re.match(pattern, found)]


def named(*names: str) -> list[Path]:
    """Return the sources of these names."""
    return [path for path in SOURCES if name_of(path) in names]


def test_the_web_never_imports_datajoint() -> None:
    web = [path for path in SOURCES if name_of(path) not in WORKER and "demo" not in path.parts]
    assert offenders(web, r"(datajoint|pymysql)\b") == []


def test_no_page_imports_the_worker() -> None:
    pages = [path for path in SOURCES if path.stem in ("views", "tables", "listing", "actions", "models", "urls")]
    assert offenders(pages, r"jobs\.(populate|computing|pipelines|workers)\b") == []


def test_leaves_import_the_standard_library_and_each_other_alone() -> None:
    leaves = {name.removesuffix(".py").replace("/", ".") for name in LEAVES}
    strange = [
        f"{name_of(path)}: {found}"
        for path in named(*LEAVES)
        for found in imports(path)
        if found.partition(".")[0] not in sys.stdlib_module_names and found not in leaves
    ]
    assert strange == []


def test_killing_knows_nothing_of_jobs() -> None:
    assert offenders(named("connections/models.py", "connections/killing.py", "connections/server.py"), r"jobs\b") == []


def test_only_the_pages_of_connections_ask_for_jobs() -> None:
    rest = [path for path in SOURCES if path.parts[-2] == "connections" and path.name != "views.py"]
    assert offenders(rest, r"jobs\b") == []


def test_nothing_below_the_views_imports_them() -> None:
    rest = [path for path in SOURCES if path.name not in ("urls.py", "views.py")]
    assert offenders(rest, r"(jobsite|jobs|connections)\.(views|urls)$") == []


def test_models_import_nothing_above_them() -> None:
    above = r"\w+\.(listing|layouts|actions|choosing|filters|tables|killing|signs|seen)$"
    assert offenders(named("jobs/models.py", "connections/models.py"), above) == []


def test_raw_sql_is_written_in_few_files() -> None:
    writers = {name_of(path) for path in SOURCES if ".cursor(" in path.read_text() and "demo" not in path.parts}
    assert writers - RAW_SQL == set()


def test_tables_filters_and_tags_ask_the_server_nothing() -> None:
    quiet = [path for path in SOURCES if path.stem in ("tables", "filters") or "templatetags" in path.parts]
    assert offenders(quiet, rf"\w+\.({'|'.join(ASKS_THE_SERVER)})$") == []


def test_no_template_trusts_what_it_is_given() -> None:
    trusting = [name_of(path) for path in TEMPLATES if re.search(r"\|\s*safe|autoescape off", path.read_text())]
    assert trusting == []


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    inline = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals=.js"
    assert [name_of(path) for path in TEMPLATES if re.search(inline, path.read_text())] == []


def test_every_way_by_htmx_is_a_way_without() -> None:
    lonely = []
    for path in TEMPLATES:
        for tag in re.findall(r"<(?:a|form)\b[^>]*hx-get[^>]*>", path.read_text(), flags=re.DOTALL):
            if "href=" not in tag and "action=" not in tag:
                lonely.append(f"{name_of(path)}: {tag}")
    assert lonely == []


def test_every_form_that_posts_has_a_token() -> None:
    lacking = []
    for path in TEMPLATES:
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), flags=re.DOTALL):
            if "csrf_token" not in form:
                lacking.append(name_of(path))
    assert lacking == []


@pytest.mark.parametrize("word", ["utils", "helpers", "services", "manager"])
def test_no_file_is_named_for_nothing(word: str) -> None:
    assert [name_of(path) for path in SOURCES if path.stem == word] == []


def test_no_source_is_longer_than_250_lines() -> None:
    assert [name_of(path) for path in SOURCES if len(path.read_text().splitlines()) > 250] == []


def test_no_template_is_longer_than_100_lines() -> None:
    assert [name_of(path) for path in TEMPLATES if len(path.read_text().splitlines()) > 100] == []


def test_every_source_says_which_question_it_answers() -> None:
    written = [path for path in SOURCES if path.read_text().strip()]
    assert [name_of(path) for path in written if not ast.get_docstring(ast.parse(path.read_text()))] == []
