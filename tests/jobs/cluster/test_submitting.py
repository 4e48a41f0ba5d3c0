"""manage.py populate --slurm, on a real Slurm: what is submitted, what is said, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest

from tests.jobs.cluster.computation import TABLE, SlurmComputation
from tests.server import PASSWORD

NAME = f"populate-{TABLE}"


def test_a_key_is_computed_by_a_task_for_each(computation: SlurmComputation) -> None:
    computation.insert("", "", "")
    job_id = computation.submit("--slurm", "200")
    computation.wait_states(job_id, "COMPLETED", "COMPLETED", "COMPLETED")
    assert (len(computation.module.Sorting()), computation.jobs()) == (3, [])


def test_what_was_submitted_is_said(computation: SlurmComputation) -> None:
    computation.insert("", "")
    run = computation.populate("--slurm", "2", "--sbatch=--time=4:00:00 --hold")
    job_id = run.stdout.split()[2].rstrip(":")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [
        f"Submitted job {job_id}: 2 tasks, for 2 keys.",
        "  each starts no key after 3 h 36 min",
        f"  logs   {computation.folder}/populate-logs/{NAME}-{job_id}_*.log",
        f"  watch  squeue -r -j {job_id}",
        f"  end    scancel {job_id}",
    ]


def test_without_keys_nothing_is_submitted(computation: SlurmComputation) -> None:
    run = computation.populate("--slurm", "2")
    assert (run.returncode, run.stdout) == (0, "Nothing was submitted: there is nothing to compute.\n")
    assert computation.slurm.ask("squeue", "-h") == ""


def test_a_log_begins_with_the_worker(computation: SlurmComputation) -> None:
    computation.insert("")
    job_id = computation.submit("--slurm", "1")
    computation.wait_states(job_id, "COMPLETED")
    assert f"slurm {job_id}_0: host " in computation.log(job_id).splitlines()[0]


def test_a_failing_make_leaves_an_error_that_names_task_and_log(computation: SlurmComputation) -> None:
    computation.insert("value", "")
    job_id = computation.submit("--slurm", "1")
    computation.wait_states(job_id, "FAILED")
    assert computation.jobs() == [("error", "ValueError: the trace is empty")]
    assert [stack.splitlines()[:2] for stack in computation.stacks()] == [
        [computation.heading(job_id), "Traceback (most recent call last):"]
    ]


def test_options_and_setup_reach_the_task(computation: SlurmComputation) -> None:
    computation.insert("")
    job_id = computation.submit("--slurm", "1", "--sbatch=-p urgent --comment='of the lab'", "--setup", "echo loaded")
    shown = computation.slurm.ask("scontrol", "show", "job", job_id)
    computation.wait_states(job_id, "COMPLETED")
    assert ("Partition=urgent" in shown, "Comment=of the lab" in shown) == (True, True)
    assert computation.log(job_id).splitlines()[0] == "loaded"


def test_the_variables_of_sbatch_hold(computation: SlurmComputation) -> None:
    computation.insert("")
    job_id = computation.submit(
        "--slurm", "1", SBATCH_PARTITION="urgent", SBATCH_TIMELIMIT="30", SBATCH_ARRAY_INX="0-4"
    )
    shown = computation.slurm.ask("scontrol", "show", "job", job_id)
    computation.wait_states(job_id, "COMPLETED")
    assert ("Partition=urgent" in shown, "TimeLimit=00:30:00" in shown) == (True, True)


def test_a_setup_that_fails_computes_nothing(computation: SlurmComputation) -> None:
    computation.insert("")
    job_id = computation.submit("--slurm", "1", "--setup", "module-that-is-not-there load cuda")
    computation.wait_states(job_id, "FAILED")
    assert (computation.attempts(), computation.jobs()) == (0, [])


def test_rounds_go_on_with_n_at_once(computation: SlurmComputation) -> None:
    computation.insert(*[""] * 4)
    job_id = computation.submit("--slurm", "2", "--rounds", "3", "--sbatch=--hold")
    shown = computation.slurm.ask("scontrol", "show", "job", job_id)
    assert "ArrayTaskId=0-5%2" in shown.split()


def test_top_up_submits_what_is_missing(computation: SlurmComputation) -> None:
    computation.insert(*[""] * 9)
    first = computation.submit("--slurm", "2", "--sbatch=--hold")
    second = computation.submit("--slurm", "5", "--top-up", "--sbatch=--hold")
    third = computation.populate("--slurm", "5", "--top-up", "--sbatch=--hold")
    assert (len(computation.slurm.states(first)), len(computation.slurm.states(second))) == (2, 3)
    assert third.stdout == "Nothing was submitted: 5 tasks already run or wait.\n"


def test_the_printed_script_can_be_submitted(computation: SlurmComputation) -> None:
    computation.insert("", "")
    run = computation.populate("--slurm", "2", "--dry-run")
    script = computation.folder / "job.sh"
    script.write_text(run.stdout)
    (computation.folder / "populate-logs").mkdir()
    job_id = computation.slurm.ask(
        "sbatch", "--parsable", f"--export=ALL,TEST_SCHEMA={computation.schema}", str(script)
    )
    assert (run.returncode, run.stderr, job_id.strip().isdecimal()) == (0, "", True)


@pytest.mark.parametrize("partitions", ["short", "main,short"])
def test_a_task_ends_before_the_time_limit_of_its_partition(computation: SlurmComputation, partitions: str) -> None:
    script = computation.populate("--slurm", "2", "--dry-run", f"--sbatch=-p {partitions}").stdout
    assert script.splitlines()[-1].endswith(f"populate {TABLE} --on-stop=release --run-duration=480s")


def test_a_dry_run_writes_nothing(computation: SlurmComputation) -> None:
    computation.insert("")
    computation.populate("--slurm", "2", "--dry-run")
    assert (computation.slurm.ask("squeue", "-h"), (computation.folder / "populate-logs").exists()) == ("", False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--sbatch=-p nowhere",),
            "sbatch refused the job: Invalid partition name specified: invalid partition specified: nowhere."
            " Partitions here: main, short, urgent.",
        ),
        (
            ("--sbatch=--time=4",),
            "A time limit of 4 min is too short for a worker to start, compute and end: give at least 5 min, such as"
            " 4:00:00.",
        ),
        (("--sbatch=--time=soon",), "“soon” is no time limit of Slurm's: write --time=4:00:00 or --time=1-12."),
        (
            ("--rounds", "2000"),
            "2,000 tasks are more than this cluster takes in one array: 1,001 at most (MaxArraySize). Submit fewer,"
            " and more with --top-up later.",
        ),
        (
            ("--sbatch=--no-such-option",),
            "sbatch refused the job: sbatch: unrecognized option '--no-such-option': Try \"sbatch --help\" for more"
            " information.",
        ),
    ],
)
def test_what_slurm_does_not_take_is_one_sentence(
    computation: SlurmComputation, arguments: tuple[str, ...], sentence: str
) -> None:
    computation.insert("")
    run = computation.populate("--slurm", "2", *arguments)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", f"CommandError: {sentence}\n")
    assert computation.slurm.ask("squeue", "-h") == ""


def test_a_password_of_the_settings_file_is_nowhere_on_the_cluster(computation: SlurmComputation) -> None:
    computation.insert("program")
    job_id = computation.submit("--slurm", "1")
    computation.wait_reserved(1)
    shown = computation.slurm.ask("scontrol", "show", "job", "-dd", job_id)
    arguments = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    files = [path for path in computation.slurm.folder.rglob("*") if path.is_file()]
    logs = [*(computation.folder / "populate-logs").iterdir()]
    holding = [path for path in [*files, *logs] if PASSWORD.encode() in path.read_bytes()]
    assert (holding, PASSWORD in shown, [each for each in arguments if PASSWORD.encode() in each]) == ([], False, [])


def test_a_password_of_the_environment_alone_goes_along_and_is_said(computation: SlurmComputation) -> None:
    computation.insert("")
    (computation.folder / "dj_local_conf.json").unlink()
    run = computation.populate("--slurm", "1", "--json")
    said = json.loads(run.stdout)
    computation.wait_states(said["job_id"], "COMPLETED")
    assert [warning.partition(",")[0] for warning in said["warnings"]] == [
        "The password goes along in the environment of the job"
    ]


def test_without_sbatch_it_is_one_sentence(computation: SlurmComputation) -> None:
    computation.insert("")
    (computation.folder / "bin").mkdir()
    (computation.folder / "bin" / "bash").symlink_to(str(shutil.which("bash")))
    run = computation.populate("--slurm", "2", PATH=str(computation.folder / "bin"))
    assert (run.returncode, run.stdout, run.stderr) == (
        2,
        "",
        "CommandError: There is no sbatch on this machine: --slurm works where Slurm is, such as on a cluster's login"
        " node.\n",
    )
