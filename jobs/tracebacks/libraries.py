"""Whose code is a path in a traceback: the lab's own, or which library's?

Judged by the path alone, for Linux, macOS and Windows, because the worker's machine is not this one. A package that was
installed (`site-packages`) is a library, whoever wrote it; code from `exec`, a prompt or a notebook is own.
Left out: anything that would need to look at a disk.
"""

from __future__ import annotations

import re

INSTALLED = re.compile(r"/(?:site|dist)-packages/(?:[^/]+\.egg/)?", re.IGNORECASE)
STANDARD = (
    re.compile(r"/lib(?:64)?/(?:python|pypy)[0-9][0-9.]*t?/(?:lib-dynload/)?"),
    re.compile(r"/python[0-9]+\.zip/", re.IGNORECASE),
)
WINDOWS_DRIVE = re.compile(r"[a-z]:/", re.IGNORECASE)
WINDOWS_PYTHON = re.compile(r"c?python-?[0-9]|anaconda|miniconda|miniforge|mambaforge", re.IGNORECASE)
OWN_SOURCES = ("<string", "<stdin", "<ipython", "<cell", "<doctest", "<console", "<input")
COMPILED = (".pyx", ".pxi", ".pxd")


def library_of(path: str, function: str = "") -> str:
    """The package a frame's path is in, or the module of the standard library; '' for own code."""
    if path.startswith("<"):
        return "" if path.lower().startswith(OWN_SOURCES) else _generated(path)
    place = path.replace("\\", "/")
    if place.lower().endswith(COMPILED) and not place.startswith("/"):
        # Cython keeps the path of its build, often no more than a file name; its functions say the module.
        return _first(function.partition(".")[0] if "." in function else place)
    installed = list(INSTALLED.finditer(place))
    if installed:
        return _first(place[installed[-1].end() :])
    found = next((match for pattern in STANDARD if (match := pattern.search(place))), None)
    return _first(place[found.end() :]) if found else _windows_module(place)


def _windows_module(place: str) -> str:
    """Windows has no version below `Lib`: only a folder above it tells (`Python311\\Lib`, `envs\\name\\Lib`)."""
    folders = place.split("/")
    if not WINDOWS_DRIVE.match(place) or "lib" not in map(str.lower, folders):
        return ""
    lib = [folder.lower() for folder in folders].index("lib")
    is_python = WINDOWS_PYTHON.match(folders[lib - 1]) or "envs" in folders[:lib]
    return _first("/".join(folders[lib + 1 :])) if is_python else ""


def _first(rest: str) -> str:
    return rest.partition("/")[0].removesuffix(".py").removesuffix(".pyx") or "unknown"


def _generated(path: str) -> str:
    """`<frozen importlib._bootstrap>` -> `importlib`; `<__array_function__ internals>` -> `numpy`."""
    if path.startswith("<__array_function__"):
        return "numpy"
    return path.strip("<>").removeprefix("frozen ").partition(".")[0].partition(" ")[0] or "unknown"
