"""How does a lab's code find the process? As in a script of its own: Django, manage.py and the pool have left no trace.

What differs would get into the lab's tables (the time zone), or break what make starts (`__main__`, the path).
"""

import atexit
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from jobs.worker import main
from jobsite.startup import FOLDER, restore_environ


def become_script() -> None:
    """Make this process, which runs manage.py, what it would be if it ran a script in the current directory."""
    restore_environ()
    sys.modules["__main__"] = _main_module()
    _begin_path_here()


@contextmanager
def jobsite_on_path() -> Iterator[None]:
    """Let the processes that are started in the block find Jobsite; `become_script_of_pool` is their end of it."""
    sys.path.insert(0, str(FOLDER))  # before the lab's: a `jobs.py` that nobody imports may lie there
    try:
        yield
    finally:
        sys.path.pop(0)
        _forget_start_method()  # multiprocessing has chosen one for them, and set it


def become_script_of_pool() -> None:
    """Make this process, which was started by `jobsite_on_path`, the same; its environment is its parent's."""
    sys.path.pop(0)
    _forget_start_method()


def end_as_script() -> None:
    """Call what the lab's code has registered to be called in the end: multiprocessing ends a process without."""
    atexit._run_exitfuncs()


def _main_module() -> ModuleType:
    """Return what stands for the script: multiprocessing reads the file, and runs it in what it spawns."""
    module = ModuleType("__main__")
    module.__file__ = main.__file__
    return module


def _begin_path_here() -> None:
    """Begin the path with the current directory, in place of the folder that manage.py is in."""
    here = os.getcwd()
    if sys.path and sys.path[0] and Path(sys.path[0]).resolve() == FOLDER:
        sys.path[0] = here
    elif here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)


def _forget_start_method() -> None:
    """A lab's own set_start_method() would fail if one was set already."""
    multiprocessing.set_start_method(None, force=True)
