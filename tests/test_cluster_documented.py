"""docs/cluster.md: the units of systemd and the Job of Kubernetes are what these programs take."""

import configparser
import re
import shlex
import subprocess
import venv
from pathlib import Path

import pytest

from jobs.management.commands.populate import Command
from jobs.worker.terminal.arguments import Arguments
from tests.lab import ROOT

VALIDATOR = "kubernetes-validate==1.37.0"
HOME = ROOT / ".test" / VALIDATOR.replace("==", "-")
AWAY = "Could not find a version that satisfies the requirement"


def blocks(language: str) -> list[str]:
    """Return the blocks of this language in the documentation."""
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def validator() -> Path:
    """kubernetes-validate, which has Kubernetes' own schemas, in an environment of its own: it is 17,000 files."""
    program, complete = HOME / "bin" / "kubernetes-validate", HOME / "complete"
    if not complete.exists():
        venv.create(HOME, clear=True, with_pip=True)
        install = [str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", VALIDATOR]
        pip = subprocess.run(install, capture_output=True, text=True, check=False)
        if pip.returncode and AWAY in pip.stderr:
            pytest.skip("PyPI does not answer")
        assert pip.returncode == 0, pip.stderr
        complete.touch()
    return program


def validate(validator: Path, manifest: Path) -> "subprocess.CompletedProcess[str]":
    """Let it look at a manifest, by the schema of its newest version, and for what the schema does not name."""
    return subprocess.run([str(validator), "--strict", str(manifest)], capture_output=True, text=True, check=False)


def test_the_job_of_kubernetes_is_one(validator: Path, tmp_path: Path) -> None:
    (manifest,) = blocks("yaml")
    (tmp_path / "job.yaml").write_text(manifest)
    ran = validate(validator, tmp_path / "job.yaml")
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("right", "wrong"), [("backoffLimit: 60", "backoffLimit: many"), ("mountPath", "mountpath")])
def test_a_mistake_in_it_would_be_found(validator: Path, tmp_path: Path, right: str, wrong: str) -> None:
    (manifest,) = blocks("yaml")
    (tmp_path / "job.yaml").write_text(manifest.replace(right, wrong))
    assert validate(validator, tmp_path / "job.yaml").returncode == 1


def test_the_units_of_systemd_have_their_sections() -> None:
    units = []
    for block in blocks("ini"):
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(block)
        units.append(parser.sections())
    assert units == [["Unit", "Service"], ["Unit", "Timer", "Install"]]


def documented_lines() -> list[str]:
    """Return what follows `manage.py populate` in the lines to copy."""
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    fenced = "".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
    return re.findall(r"manage\.py populate (.*)", fenced)


@pytest.mark.parametrize("line", documented_lines())
def test_a_line_to_copy_is_taken(line: str) -> None:
    given = Command().create_parser("manage.py", "populate").parse_args(shlex.split(line))
    assert Arguments.read(vars(given)).options.tables[0].startswith("lab.ephys")
