"""Where in the lab's own code did an exception come from? The frame, as far as it is the same on every machine.

Line numbers, folders, numbers of notebook cells and names of temporary files say where a copy of the code lies, not
which code it is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from jobs.tracebacks.known_libraries import is_known
from jobs.tracebacks.libraries import COMPILED, INSTALLED
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
        return " · ".join(filter(None, (self.function, self.file)))


def own_frame_of(raised: Raised) -> OwnFrame | None:
    """Return the innermost frame of own code, or where there is none of any; None without frames.

    Of a recursion without end, where it ended is chance: the first of those frames by name that came again.
    """
    frames = own_frames(raised.frames)
    if raised.name == RECURSION and (again := _met_again(frames)):
        return min(again)
    inner = [frame for frame in frames if frame.function not in WITHIN] or frames
    return _place(inner[-1]) if inner else None


def own_frames(frames: Sequence[Frame]) -> Sequence[Frame]:
    """Return the frames of the lab's code, outermost first, installed or not; where none is, all but DataJoint's."""
    return (
        [frame for frame in frames if is_of_the_lab(frame)]
        or [frame for frame in frames if frame.package not in CALLERS]
        or frames
    )


def is_of_the_lab(frame: Frame) -> bool:
    """Say whether a frame is own code, or of a package that is installed and no known library."""
    is_installed = bool(INSTALLED.search(frame.path.replace("\\", "/")))
    is_compiled = frame.path.lower().endswith(COMPILED) and is_known(frame.function.partition(".")[0])
    return not is_compiled and (frame.own or (is_installed and not is_known(frame.package)))


def _met_again(frames: Sequence[Frame]) -> list[OwnFrame]:
    """Return the places that come several times, however Python or jobs.tracebacks.parsing has counted them."""
    times = Counter[OwnFrame]()
    for number, frame in enumerate(frames):
        times[_place(frame)] += 1 + frame.repeats
        for one in frames[max(0, number + 1 - frame.group) : number + 1] if frame.group_repeats else ():
            times[_place(one)] += frame.group_repeats
    return [place for place, number in times.items() if number > 1]


def _place(frame: Frame) -> OwnFrame:
    if CELL.match(path := frame.path.replace("\\", "/")):
        return OwnFrame(NOTEBOOK, MODULE if frame.function.startswith("<") else frame.function)
    *folders, name = path.split("/")
    if name in PACKAGE_FILES and folders:
        name = f"{folders[-1]}/{name}"
    return OwnFrame(TEMPORARY.sub("tmp", name), frame.function)
