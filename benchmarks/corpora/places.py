"""Where does a lab's code run? Eight machines, each with its own folders, Python and data.

A machine's Python is this one, seen through links below the machine's own prefix: frames of libraries have real lines.
"""

import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A machine: the folder of own code, of the data, and the folders of the standard library and of what is installed.

    `installed` says where code of the lab is that was installed as a package; `writer` who writes the error down.
    """

    code: str
    data: str
    standard: str
    packages: str
    installed: str
    notebook: str
    host: str
    writer: str = "datajoint"
    carets: bool = True
    windows: bool = False
    checkout: str = ""
    """A folder of own code that is called otherwise on each machine."""

    @property
    def environ(self) -> dict[str, str]:
        """What makes Python take its libraries from this place."""
        own = {"PYTHONHOME": self.standard.removesuffix(f"/lib/{VERSION}"), "PYTHONPATH": self.packages}
        return own if self.carets else {**own, "PYTHONNODEBUGRANGES": "1"}


VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def _lib(prefix: str) -> str:
    return f"{prefix}/lib/{VERSION}"


def _conda(prefix: str) -> tuple[str, str]:
    return _lib(prefix), f"{_lib(prefix)}/site-packages"


PLACES = (
    Place(
        "/home/alice/projects/ephys",
        "/home/alice/data",
        _lib("/home/alice/.pyenv/versions/3.11.7"),
        f"{_lib('/home/alice/projects/ephys/.venv')}/site-packages",
        "/home/alice/projects/ephyslab",
        "/tmp/ipykernel_{n}/{long}.py",  # noqa: S108  where Jupyter says that a cell is
        "alice-ws",
        checkout="/home/alice/lab",
    ),
    Place(
        "/home/bob/src/ephys",
        "/home/bob/scratch/raw",
        *_conda("/home/bob/miniconda3/envs/dj"),
        f"{_lib('/home/bob/miniconda3/envs/dj')}/site-packages",
        "<ipython-input-{n}-{hex}>",
        "rig-desk-2",
        writer="jobsite",
        checkout="/home/bob/pipeline-dev",
    ),
    Place(
        "/mnt/lab/code/ephys",
        "/mnt/archive/recordings",
        *_conda("/opt/conda/envs/pipeline"),
        "/mnt/lab/code/ephyslab",
        "/tmp/ipykernel_{n}/{long}.py",  # noqa: S108
        "cn-03.cluster.example.org",
        checkout="/mnt/lab/code",
    ),
    Place(
        r"C:\Users\carol\Documents\GitHub\ephys",
        r"D:\recordings",
        *_conda("/opt/anaconda3/envs/dj"),
        r"C:\Users\carol\Documents\GitHub\ephyslab",
        r"C:\Users\carol\AppData\Local\Temp\ipykernel_{n}\{long}.py",
        "DESKTOP-4F7K2",
        windows=True,
        checkout=r"C:\Users\carol\Desktop\new lab",
    ),
    Place(
        "/Users/dave/git/ephys",
        "/Volumes/raid/recordings",
        *_conda("/opt/homebrew/Caskroom/miniforge/base/envs/ephys"),
        f"{_lib('/opt/homebrew/Caskroom/miniforge/base/envs/ephys')}/site-packages",
        "/var/folders/q1/{hex}/T/ipykernel_{n}/{long}.py",
        "daves-mac.local",
        carets=False,
        checkout="/Users/dave/git/ephys-fork",
    ),
    Place(
        "/srv/pipelines/ephys",
        "/srv/data",
        *_conda("/usr/local"),
        f"{_lib('/usr/local')}/site-packages",
        "/tmp/ipykernel_{n}/{long}.py",  # noqa: S108
        "worker-7d9f8b6c4-x2xkq",
        writer="jobsite",
        checkout="/tmp/build-x7f3kq",  # noqa: S108  where a build has it
    ),
    Place(
        "/storage/users/erin/work/ephys",
        "/storage/projects/np2/raw",
        *_conda("/storage/users/erin/mambaforge/envs/lab"),
        "/storage/users/erin/work/ephyslab",
        "<ipython-input-{n}-{hex}>",
        "gpu01",
        writer="jobsite",
        carets=False,
        checkout="/storage/users/erin/2026",
    ),
    Place(
        "/gpfs/home/frank/code/ephys",
        "/gpfs/scratch/frank",
        _lib("/gpfs/sw/python/3.11.7"),
        f"{_lib('/gpfs/home/frank/venvs/np')}/site-packages",
        f"{_lib('/gpfs/home/frank/venvs/np')}/site-packages",
        "/tmp/ipykernel_{n}/{long}.py",  # noqa: S108
        "node117",
        checkout="/gpfs/home/frank/lab",
    ),
)


OWN = {own for place in PLACES for own in (place.code, place.data)}


def link(place: Place, made: list[Path]) -> None:
    """Make the folders of a place; what was made is added to `made`, outermost first."""
    standard, packages = Path(place.standard), Path(place.packages)
    for own in () if place.windows else (place.code, place.data):
        if Path(own).exists() and Path(own) not in made:
            raise SystemExit(f"{own} is there already: run this on a machine where nobody works.")
        _folder(Path(own), made)
    _folder(standard, made)
    for each in Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix})).iterdir():
        if each.name != "site-packages" and not (standard / each.name).exists():
            (standard / each.name).symlink_to(each)
            made.append(standard / each.name)
    _folder(packages.parent, made)
    if not packages.exists():
        packages.symlink_to(sysconfig.get_path("purelib"))
        made.append(packages)


def _folder(folder: Path, made: list[Path]) -> None:
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir()
            made.append(each)


def remove(made: list[Path]) -> None:
    """Remove what `link` made, and what was written there."""
    for each in reversed(made):
        if str(each) in OWN:
            shutil.rmtree(each)
            continue
        if each.is_symlink():
            each.unlink()
        elif not any(each.iterdir()):
            each.rmdir()
