"""The source as the rules of test_architecture.py see it: modules, rooms, imports, lengths.

A room is a folder or a file that stands for itself; each module is in the room with the longest prefix of its name.
`python -m tests.architecture` prints what is counted.
"""

import ast
import gc
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from tests.fast import TESTS

ROOT = TESTS.parent
APPS = ("jobs", "connections", "jobsite")

DOWNWARD = (
    "jobs.urls",
    "jobs.views",
    "jobs.actions",
    "jobs.error_groups",
    "jobs.listing",
    "jobs.layouts",
    "jobs.models",
    "jobs.error_groups.sharing",
    "jobs.tracebacks",
    "jobs.liveness",
    "jobs.statuses",
    "jobs.formats",
    "jobsite.accounts",
    "jobsite.activity",
    "jobsite.seen",
    "jobsite.pages",
    "jobsite.lab",
    "jobsite.addresses",
    "jobsite.exporting",
    "jobsite.durations",
    "jobsite.moments",
    "jobsite.masking",
    "jobsite.restrictions",
)
"""The rooms of a page of jobs: each may import from those after it."""
WORDS = DOWNWARD[-4:]


def below(room: str) -> tuple[str, ...]:
    """Return the rooms after `room` in DOWNWARD."""
    return DOWNWARD[DOWNWARD.index(room) + 1 :]


OF_COMMANDS = ("jobsite.management.subcommands", "jobsite.management.command", "jobsite.terminal")
"""What the commands of a terminal share."""

MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    **{room: below(room) for room in DOWNWARD},
    # Beside them.
    "jobs.error_urls": below("jobs.urls"),
    "connections": ("jobs.actions", *below("jobs.actions"), "jobsite.terminal", "jobsite.fitting"),
    "connections.management": ("connections", *OF_COMMANDS, "jobs.actions", *below("jobs.actions")),
    "jobs.worker": (
        "jobs.formats",
        "jobs.statuses",
        "jobs.cluster",
        "jobsite.lab",
        "jobsite.call_stack",
        "jobsite.startup",
        "jobsite.fitting",
        *WORDS,
    ),
    "jobs.cluster": ("jobsite.lab", *WORDS),
    "jobs.terminal": (*OF_COMMANDS, "jobs.actions", *below("jobs.actions")),
    "jobs.management": (
        "jobs.worker",
        "jobs.cluster",
        "jobsite.startup",
        "jobs.terminal",
        *OF_COMMANDS,
        "jobs.actions",
        *below("jobs.actions"),
    ),
    "jobs.templatetags": ("jobs.models", *below("jobs.models")),
    # It asks who is named in the lists above it.
    "jobsite.accounts.views": ("jobs.listing", *below("jobs.listing")),
    # What belongs to the site as a whole.
    "jobsite.call_stack": (),
    "jobsite.startup": (),
    "jobsite.exporting": (*below("jobsite.exporting"), "jobsite.fitting"),
    "jobsite.fitting": (),
    "jobsite.secret": (),
    "jobsite.templatetags": WORDS,
    "jobsite.terminal": ("jobsite.lab", "jobsite.fitting", "jobsite.startup", *WORDS),
    "jobsite.settings": ("jobsite.lab", "jobsite.addresses", *WORDS, "jobsite.secret", "jobsite.startup"),
    "jobsite.apps": ("jobsite.pages", "jobsite.lab"),
    "jobsite.urls": ("jobsite.pages",),
    "jobsite.wsgi": ("jobsite.addresses", "jobsite.call_stack"),
    "jobsite.serving": ("jobsite.wsgi", "jobsite.masking"),
    "jobsite.demo": ("jobsite.accounts",),
    "jobsite.management.command": (),
    "jobsite.management.subcommands": ("jobsite.management.command", "jobsite.terminal"),
    "jobsite.management": (*OF_COMMANDS, "jobsite.demo", "jobsite.serving", "jobsite.startup"),
}
"""Room -> the rooms that it may import from, beside itself."""
SHARED = {
    "jobs.snapshots": "jobs.models",
    "jobsite.one_line": "jobsite.masking",
    "jobsite.accounts.urls": "jobsite.accounts.views",
}
"""Files that share the room of others: a snapshot is what a form keeps of a model's row; a line is masked, too."""


class Module(NamedTuple):
    """A file of the source; its syntax tree is a list, because walking it anew for each rule takes a second."""

    name: str
    path: Path
    docstring: str
    nodes: list[ast.AST]


def _module(path: Path) -> Module:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return Module(name, path, ast.get_docstring(tree) or "", list(ast.walk(tree)))


def _read_source() -> dict[str, Module]:
    """Read every module. Python's collector would search the growing trees again and again: a quarter of a second."""
    gc.disable()
    modules = [_module(path) for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    gc.freeze()
    gc.enable()
    return {module.name: module for module in modules}


MODULES = _read_source()
"""Every module by its name."""
WRITTEN = [name for name, module in MODULES.items() if len(module.nodes) > 1 and ".migrations" not in name]
"""Those that are neither migrations nor the empty files that make a folder a package."""


def is_in(name: str, *rooms: str) -> bool:
    """Say whether a module is one of `rooms`, or in one."""
    return any(f"{name}.".startswith(f"{room}.") for room in rooms)


def room_of(name: str) -> str:
    """Return the room of a module, or '' when it has none."""
    return SHARED.get(name) or max((room for room in MAY_IMPORT if is_in(name, room)), key=len, default="")


@cache
def imports(name: str) -> frozenset[str]:
    """Return all that a module imports, wherever in it, by whole names: those of ours, and those of others."""
    found = set()
    for node in MODULES[name].nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from jobs.worker import main` asks for the module `jobs.worker.main`; most ask for a name in a module.
            found |= (within & set(MODULES)) or {str(node.module)}
    return frozenset(found - {name})


def has_relative_import(name: str) -> bool:
    """Say whether a module imports by a name that begins with a dot, which `imports` would not see."""
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in MODULES[name].nodes)


def ours(name: str) -> frozenset[str]:
    """Return the modules of ours that a module imports."""
    return imports(name) & MODULES.keys()


def packages(name: str) -> set[str]:
    """Return the packages that a module imports from."""
    return {module.partition(".")[0] for module in imports(name)}


@cache
def reached(name: str) -> frozenset[str]:
    """Return the modules of ours that are imported when a module is, and itself."""
    found, ahead = {name}, [name]
    while ahead:
        fresh = ours(ahead.pop()) - found
        found |= fresh
        ahead += fresh
    return frozenset(found)


def attributes_in(name: str) -> set[str]:
    """Return the attributes that the code of a module asks for: the method `cursor`, not a variable of this name."""
    return {node.attr for node in MODULES[name].nodes if isinstance(node, ast.Attribute)}


@cache
def names_in(name: str) -> frozenset[str]:
    """Return the names and attributes that the code of a module uses."""
    nodes = MODULES[name].nodes
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(names | attributes_in(name) | {node.arg for node in nodes if isinstance(node, ast.arg)})


def whole_numbers(name: str) -> set[int]:
    """Return the whole numbers that stand in the code of a module."""
    return {node.value for node in MODULES[name].nodes if isinstance(node, ast.Constant) and type(node.value) is int}


def private_names(name: str) -> set[str]:
    """Return the names with one underscore that a module takes of an object other than `self` and `cls`."""
    found = set()
    for node in MODULES[name].nodes:
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in {"self", "cls"}:
            found.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "hasattr", "setattr", "attrgetter"}:
            found |= {str(word.value) for word in node.args if isinstance(word, ast.Constant)}
    return {word for word in found if re.match(r"_[a-z]", word)}


def texts(name: str) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings."""
    docstrings = {id(node.value) for node in MODULES[name].nodes if isinstance(node, ast.Expr)}
    for node in MODULES[name].nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def f_strings(name: str) -> Iterator[str]:
    """Yield the f-strings of a module as they are written."""
    for node in MODULES[name].nodes:
        if isinstance(node, ast.JoinedStr):
            yield ast.unparse(node)[2:-1]


def circle(graph: Mapping[str, AbstractSet[str]]) -> list[str]:
    """Return a circle of imports, or [] when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def module_graph() -> dict[str, frozenset[str]]:
    """Return which modules each module imports."""
    return {name: ours(name) for name in WRITTEN}


def room_graph() -> dict[str, set[str]]:
    """Return which rooms the modules of each room import from; what goes upward is counted for itself."""
    graph: dict[str, set[str]] = {room: set() for room in MAY_IMPORT}
    for name in WRITTEN:
        graph[room_of(name)] |= set(map(room_of, ours(name)))
    return {room: others & set(MAY_IMPORT[room]) for room, others in graph.items()}


def floors() -> list[str]:
    """Return the longest chain of rooms of which each imports from the next."""
    graph = room_graph()
    chains: dict[str, list[str]] = {}
    for room in TopologicalSorter(graph).static_order():
        chains[room] = [room, *max((chains[other] for other in graph[room]), key=len, default=[])]
    return max(chains.values(), key=len)


def imports_upward() -> list[str]:
    """Return who imports whom though its room may not."""
    return [
        f"{name} imports {other}"
        for name in WRITTEN
        for other in sorted(ours(name))
        if room_of(other) not in {room_of(name), *MAY_IMPORT.get(room_of(name), ())}
    ]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return int(node.end_lineno or 0) - node.lineno + 1


def functions() -> dict[str, int]:
    """Return how many lines each function has, from its `def` to its last; methods are functions."""
    return {
        f"{name}:{node.lineno} {node.name}()": _lines(node)
        for name in WRITTEN
        for node in MODULES[name].nodes
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def classes() -> dict[str, int]:
    """Return how many lines each class has, from its `class` to its last."""
    return {
        f"{name}.{node.name}": _lines(node)
        for name in WRITTEN
        for node in MODULES[name].nodes
        if isinstance(node, ast.ClassDef)
    }


def ninth_tenth(lines: Mapping[str, int]) -> float:
    """Return how many lines nine of ten have at most."""
    return quantiles(lines.values(), n=10)[-1]


def main() -> None:
    """Print what is counted."""
    lines, chain = functions(), floors()
    print(f"{len(WRITTEN)} modules, {len(MAY_IMPORT)} rooms")
    print(f"circles of imports: {circle(module_graph()) or 0}")
    print(f"imports upward: {imports_upward() or 0}")
    print(f"floors: {len(chain)}, {' -> '.join(chain)}")
    print(
        f"{len(lines)} functions: median {median(lines.values())} lines, nine of ten at most {ninth_tenth(lines):.0f}"
    )
    print(f"longest function: {max(lines.values())}, longest class: {max(classes().values())}")


if __name__ == "__main__":
    main()
