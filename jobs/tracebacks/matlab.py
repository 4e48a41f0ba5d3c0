"""The frames of MATLAB's failures: as DataJoint for MATLAB stores them, and as MATLAB writes them."""

import re

from jobs.tracebacks.own_frames import OwnFrame

STORED = re.compile(r"^In (.*), line [0-9]+, in (.*)$", re.MULTILINE)
"""What jobs.tracebacks.parsing makes of the struct array, the innermost frame first."""
WRITTEN = re.compile(r"^Error (?:using|in) ([^\s(]+)", re.MULTILINE)
"""`Error in pipeline.Sort/makeTuples (line 12)` (MATLAB, MException.getReport)."""
LIBRARIES = ("/toolbox/", "/+dj/", "/mym/")
FILE_ENDS = (".m", ".p", ".mlx")


def matlab_frame(text: str) -> OwnFrame | None:
    """Return the innermost frame of own code, or of any where none is; None where no frame is MATLAB's."""
    stored = [(path.replace("\\", "/"), function) for path, function in STORED.findall(text)]
    own = [frame for frame in stored if not any(library in frame[0] for library in LIBRARIES)] or stored
    if own:
        path, function = own[0]
        return OwnFrame(_file(path), function)
    written = WRITTEN.findall(text)
    return OwnFrame("", written[0]) if written else None


def _file(path: str) -> str:
    """Return a file, below the packages and classes that it is of: `+pipeline/Sort.m`."""
    *folders, name = path.split("/")
    begin = len(folders)
    while begin and folders[begin - 1][:1] in ("+", "@"):
        begin -= 1
    return "/".join([*folders[begin:], name])
