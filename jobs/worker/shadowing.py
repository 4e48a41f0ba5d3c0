"""Does the lab's code mean a module of its own by a name that Jobsite's modules have? Python would give it Jobsite's.

Python looks into `sys.modules` first, where Jobsite's `jobs` is already, and asks no finder for another one.
"""

import ast
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from jobs.worker.outcomes import WrongInputError
from jobsite.startup import FOLDER

OWN = ("benchmarks", "connections", "jobs", "jobsite", "manage", "tests")
"""The packages and the module in Jobsite's folder. One without Python files gives way to a module of the lab."""
RENAME = "Python finds Jobsite's own {ours} by that name: rename the lab's module, or put it into a package."


@contextmanager
def refusing_shadowed(names: Iterable[str]) -> Iterator[None]:
    """Import the lab's modules in the block. `names` are those that are asked for.

    Raises WrongInputError, which names both files, when one of them, or what the lab's code imports, means a module of
    the lab's whose name Jobsite has taken; also where the import failed, perhaps for that.
    """
    shadowed = _shadowed()
    for name in names:
        if found := shadowed.get(name.partition(".")[0]):
            theirs, ours = found
            raise WrongInputError(f"{name} means {theirs}, but {RENAME.format(ours=ours)}")
    try:
        yield
    except (Exception, SystemExit) as error:
        _check_imports(shadowed, {*_files_of(error), *_imported_files()} if shadowed else ())
        raise
    _check_imports(shadowed, _imported_files() if shadowed else ())


def _shadowed() -> dict[str, tuple[str, str]]:
    """Return the file of the lab's and of Jobsite's, by each name that both have and Python gives to Jobsite's."""
    found = {name: (_theirs(name), _ours(name)) for name in OWN}
    return {name: (theirs, ours) for name, (theirs, ours) in found.items() if theirs and ours}


def _ours(name: str) -> str:
    """Return Jobsite's file if the name means it in this process, or ''."""
    spec = getattr(sys.modules.get(name), "__spec__", None) or PathFinder.find_spec(name, sys.path)
    place = _place(spec)
    return place if _is_jobsite_s(place) else ""


def _theirs(name: str) -> str:
    """Return the file that the name would mean if Jobsite was not there, or ''."""
    path = [entry for entry in sys.path if Path(entry or os.getcwd()).resolve() != FOLDER]
    others = (finder.find_spec(name, None) for finder in sys.meta_path if finder is not PathFinder)
    places = (_place(spec) for spec in (PathFinder.find_spec(name, path), *others))
    return next((place for place in places if place and not _is_jobsite_s(place)), "")


def _place(spec: ModuleSpec | None) -> str:
    """Return the file of a module, or the folder of a package that has no file of its own; '' for none."""
    if spec is None:
        return ""
    return spec.origin or next(iter(spec.submodule_search_locations or ()), "")


def _is_jobsite_s(place: str) -> bool:
    path = Path(place).resolve()
    return any(path.is_relative_to(FOLDER / name) for name in OWN) or path == FOLDER / "manage.py"


def _imported_files() -> Iterator[str]:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and name.partition(".")[0] not in sys.stdlib_module_names:
            yield file


def _files_of(error: BaseException | None) -> Iterator[str]:
    """Yield the files that an error went through: the module whose import failed is in no list any more."""
    while error is not None:
        yield from (frame.filename for frame in traceback.extract_tb(error.__traceback__))
        error = error.__cause__ or error.__context__


def _check_imports(shadowed: Mapping[str, tuple[str, str]], files: Iterable[str]) -> None:
    for file in files:
        for name, line in _imports(file, set(shadowed)):
            theirs, ours = shadowed[name]
            raise WrongInputError(
                f"{file}, line {line}, imports {name} and means {theirs}, but {RENAME.format(ours=ours)}"
            ) from None


def _imports(file: str, names: set[str]) -> Iterator[tuple[str, int]]:
    """Yield each of `names` that a file imports, wherever in it, also in a make that has not run yet; and the line."""
    if not file.endswith(".py") or _is_jobsite_s(file) or not Path(file).is_file():
        return
    source = Path(file).read_bytes()
    if not re.search(rf"import.*\b({'|'.join(names)})\b|from\s+({'|'.join(names)})\b".encode(), source):
        return
    for node in ast.walk(_parsed(source)):
        for name in _names_in(node):
            if name.partition(".")[0] in names:
                yield name.partition(".")[0], getattr(node, "lineno", 0)


def _parsed(source: bytes) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):  # its import says so
        return ast.Module(body=[], type_ignores=[])


def _names_in(node: ast.AST) -> Iterator[str]:
    """Yield the modules that a piece of a program imports by their full names."""
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(name), level=0):
            yield name
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(name)), *_]):
            if called in ("import_module", "__import__"):
                yield name
