"""The place in own code that an exception came from, the same on every machine."""

import pytest

from jobs.tracebacks.own_frames import own_frame_of
from jobs.tracebacks.parsing import read_stack

HEADER = "Traceback (most recent call last):\n"
SITE = "/home/a/venv/lib/python3.11/site-packages"


def own_frame(*frames: str, last: str = "ValueError: bad") -> str:
    """Return the own frame of a traceback; `frames` are `path function`, outermost first."""
    text = "".join('  File "{}", line 3, in {}\n    x = 1\n'.format(*frame.rsplit(" ", 1)) for frame in frames)
    raised = read_stack(f"{HEADER}{text}{last}\n").last
    assert raised is not None
    return str(own_frame_of(raised))


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/home/alice/lab/pipe.py", "pipe.py"),
        ("/srv/checkout-12/lab/pipe.py", "pipe.py"),
        ("C:\\Users\\bob\\lab\\pipe.py", "pipe.py"),
        ("/home/alice/lab/sorting/__init__.py", "sorting/__init__.py"),
        ("/tmp/tmpab12_x9z.py", "tmp.py"),
        ("<string>", "<string>"),
    ],
)
def test_folders_and_copies_do_not_count(path: str, file: str) -> None:
    assert own_frame(f"{path} load") == f"load · {file}"


@pytest.mark.parametrize(
    "path", ["<ipython-input-5-0a1b2c>", "/tmp/ipykernel_3311/2804.py", "C:\\Temp\\ipykernel_9\\1.py", "<cell line: 3>"]
)
def test_the_cells_of_a_notebook_are_one_file(path: str) -> None:
    assert (own_frame(f"{path} load"), own_frame(f"{path} <module>")) == ("load · notebook", "<module> · notebook")


def test_the_innermost_own_frame_counts() -> None:
    assert own_frame("/lab/pipe.py make", "/lab/io.py load", f"{SITE}/numpy/a.py read") == "load · io.py"


def test_what_stands_inside_of_a_function_is_the_function() -> None:
    assert own_frame("/lab/pipe.py make", "/lab/pipe.py <listcomp>", "/lab/pipe.py <lambda>") == "make · pipe.py"


def test_a_package_of_the_lab_is_its_own_code_where_it_is_installed() -> None:
    assert own_frame("/lab/pipe.py make", f"{SITE}/ourlab/io.py load", f"{SITE}/h5py/a.py read") == "load · io.py"


def test_without_a_frame_of_the_lab_the_innermost_one_but_datajoint_s_counts() -> None:
    assert own_frame(f"{SITE}/datajoint/autopopulate.py make", f"{SITE}/numpy/a.py read") == "read · a.py"
    assert own_frame(f"{SITE}/datajoint/autopopulate.py make") == "make · autopopulate.py"


def test_where_an_endless_recursion_ended_does_not_count() -> None:
    around = [f"/lab/a.py {name}" for name in ("walk", "visit") * 6]
    ends = [own_frame("/lab/a.py make", *around[:length], last="RecursionError: deep") for length in (9, 10, 11, 12)]
    assert ends == ["visit · a.py"] * 4


def test_a_syntax_error_is_in_its_file() -> None:
    text = f'{HEADER}  File "/lab/pipe.py", line 3, in make\n    import b\n  File "/lab/b.py", line 4\n    x = (\n'
    raised = read_stack(f"{text}        ^\nSyntaxError: '(' was never closed\n").last
    assert raised is not None
    assert str(own_frame_of(raised)) == "b.py"
