"""Which environment goes along with the tasks of a job? This one, without what is not for them to have.

What the environment holds at `sbatch` stands in plain text in the controller's state, and in /proc on the node. So a
password that a task can read from the lab's settings file stays here, and so does what belongs to the site alone.
"""

from collections.abc import Mapping
from pathlib import Path

from jobsite.lab.address import LabServer, find_lab

PASSWORD = "DJ_PASS"  # noqa: S105  the name of a variable
OF_THE_SITE = ("DATABASE_URL",)
FOR_TASKS = {"JOBSITE_SECRET_KEY": "a worker signs nothing"}
"""In place of the site's own, which each task would read from its file, or make."""
NEW_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Where this is set, every start compiles DataJoint and all it imports anew: four seconds of each task."""
ALLOCATION = "SLURM_JOB_ID"
KEPT_OF_ALLOCATION = ("SLURM_CONF",)
BINDINGS = ("SLURM", "SBATCH_CPU_BIND", "SBATCH_MEM_BIND")
"""How the variables begin that describe the job in which one submits another (sbatch(1), output environment)."""


def environ_of_tasks(environ: Mapping[str, str], lab: LabServer, folder: Path, home: Path) -> dict[str, str]:
    """Return the environment for tasks that run in `folder`, and find the `lab` there without a password if they can.

    `environ` is that of the person who submits.
    """
    ours = {name: value for name, value in environ.items() if name not in (*OF_THE_SITE, NEW_BYTECODE)}
    if ALLOCATION in ours:
        ours = {name: value for name, value in ours.items() if not _is_of_allocation(name)}
    ours |= FOR_TASKS
    without = {name: value for name, value in ours.items() if name != PASSWORD}
    found = find_lab(without, folder, home)
    return without if found.password == lab.password else ours


def _is_of_allocation(name: str) -> bool:
    return name.startswith(BINDINGS) and name not in KEPT_OF_ALLOCATION
