"""Where in the lab's own code did an exception come from? The frame, as far as it is the same on every machine.

Line numbers, folders, numbers of notebook cells and names of temporary files say where a copy of the code lies, not
which code it is.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from jobs.tracebacks.parsing import Frame, Raised

NOTEBOOK = "notebook"
CELL = re.compile(r"<(?:ipython|cell)|.*/ipykernel_[0-9]+/|Cell In ?\[|Input In ?\[", re.IGNORECASE)
TEMPORARY = re.compile(r"tmp[a-z0-9_]{8}(?=\.|$)")
"""How Python calls a temporary file (CPython, tempfile.py)."""
PACKAGE_FILES = ("__init__.py", "__main__.py", "make.m")
"""Files that say nothing without the folder they lie in."""
WITHIN = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>", "<lambda>"})
"""What stands inside of a function, and since Python 3.12 is often no frame of its own (PEP 709)."""
CALLERS = frozenset({"datajoint", "jobsite"})
RECURSION = "RecursionError"
MODULE = "<module>"


class OwnFrame(NamedTuple):
    """A place in own code: its file without the folders it lies in, and its function."""

    file: str
    function: str

    def __str__(self) -> str:
        """Return it as people name it."""
        return f"{self.function} · {self.file}" if self.function else self.file


def own_frame_of(raised: Raised) -> OwnFrame | None:
    """Return the innermost frame of own code, or where there is none of any; None without frames.

    A make in a package that was installed makes the whole package own code. Of a recursion without end, where it ended
    is chance: the first of those frames by name that came again.
    """
    frames = own_frames(raised.frames)
    if raised.name == RECURSION and (again := _repeated(frames)):
        return min(map(_place, again))
    inner = [frame for frame in frames if frame.function not in WITHIN] or frames
    return _place(inner[-1]) if inner else None


def own_frames(frames: Sequence[Frame]) -> Sequence[Frame]:
    """Return the frames of own code, outermost first; where none is, of make's package, or all but DataJoint's."""
    if own := [frame for frame in frames if frame.own]:
        return own
    packages = [frame.package for frame in frames if frame.function.startswith("make")]
    mine = [frame for frame in frames if frame.package in packages[:1] and frame.package not in CALLERS]
    return mine or [frame for frame in frames if frame.package not in CALLERS] or frames


def _repeated(frames: Sequence[Frame]) -> list[Frame]:
    found = [frame for frame in frames if frame.repeats]
    for number, frame in enumerate(frames):
        found += frames[max(0, number + 1 - frame.group) : number + 1] if frame.group_repeats else []
    return found


def _place(frame: Frame) -> OwnFrame:
    if CELL.match(path := frame.path.replace("\\", "/")):
        return OwnFrame(NOTEBOOK, MODULE if frame.function.startswith("<") else frame.function)
    *folders, name = path.split("/")
    if name in PACKAGE_FILES and folders:
        name = f"{folders[-1]}/{name}"
    return OwnFrame(TEMPORARY.sub("tmp", name), frame.function)
