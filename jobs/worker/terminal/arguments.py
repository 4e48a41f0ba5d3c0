"""What can be asked for on the command line of populate, and what was? Each wrong value is answered by one sentence."""

import json
import shlex
from argparse import Action, ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.worker.options import ON_STOP, ORDERS, Options
from jobs.worker.outcomes import WrongInputError
from jobs.worker.schedule import Schedule
from jobs.worker.submission import Submission
from jobsite.durations import read_duration_s

EXAMPLE = "write an object such as '{\"scale\": 2}'"
EXAMPLES = """\
  manage.py populate lab.ephys.SpikeSorting                       one worker
  manage.py populate lab.ephys --processes 4                      all tables of a module, in four processes
  manage.py populate lab.ephys.SpikeSorting --restrict 'subject_id=3' --max-calls 100
  manage.py populate lab.ephys --dry-run                          what would be computed, and who has the rest
  manage.py populate lab.ephys --forever --run-duration 8h --on-stop release
  manage.py populate lab.ephys --slurm 200 --sbatch='--time=4:00:00 --mem=8G'   200 workers on a Slurm cluster
"""
IMPORT_HELP = "a module to import first, such as the workflow that activates an element's schemas; may be repeated"
ON_STOP_HELP = (
    "what Ctrl-C or SIGTERM does with the running job: leave an error, or release it (default: error, or release with"
    " --slurm)"
)
RELEASE = "release"


def add_arguments(parser: ArgumentParser) -> None:
    """Add all arguments of populate; their values are read as text, so that `Arguments` can answer a wrong one."""
    tables_help = "tables to populate, or modules for all their tables; each after those that it depends on"
    parser.add_argument("tables", nargs="+", metavar="module.Table", help=tables_help)
    _add_keys(parser.add_argument_group("which keys").add_argument)
    _add_computing(parser.add_argument_group("how they are computed").add_argument)
    _add_schedule(parser.add_argument_group("when the run begins and ends").add_argument)
    _add_cluster(parser.add_argument_group("on a cluster").add_argument)
    add = parser.add_argument_group("what is said").add_argument
    dry_help = "say what would be computed, and who has the rest, or with --slurm print the script; write nothing"
    add("--dry-run", action="store_true", help=dry_help)
    add("--json", action="store_true", help="write the summary as JSON to standard output, all else to standard error")


def _add_keys(add: Callable[..., Any]) -> None:
    restrict_help = "a condition that the keys must meet; may be repeated"
    add("--restrict", action="append", default=[], metavar="SQL", help=restrict_help)
    add("--order", default="original", metavar="|".join(ORDERS), help="the order of the keys (default: original)")
    add("--limit", metavar="N", help="look at N keys of each table at most, counting reserved, ignored and failed ones")
    add("--max-calls", metavar="N", help="try N keys of each table at most, over all processes together")


def _add_computing(add: Callable[..., Any]) -> None:
    add("--processes", default="1", metavar="N", help="compute in N processes, each with its own connection")
    add("--import", action="append", default=[], dest="imports", metavar="MODULE", help=IMPORT_HELP)
    add("--make-kwargs", default="{}", metavar="JSON", help="an object of keyword arguments for make")
    add("--no-reserve", action="store_true", help="do not use the jobs table; only while nobody else computes")


def _add_schedule(add: Callable[..., Any]) -> None:
    add("--forever", action="store_true", help="look for new keys again when there is nothing to compute")
    add(
        "--sleep",
        metavar="TIME",
        help="with --forever: look again after this time (default: 60s, later where a look takes seconds)",
    )
    add("--max-idle", metavar="TIME", help="with --forever: end when there was nothing to compute for this long")
    add("--run-duration", metavar="TIME", help="start no key after this time: 90s, 30m, 8h, 2d")
    add("--stagger", default="0", metavar="TIME", help="wait for a random time before starting, at most this long")
    add("--stop-on-error", action="store_true", help="end the run after the first failure")
    add("--on-stop", metavar="|".join(ON_STOP), help=ON_STOP_HELP)


def _add_cluster(add: Callable[..., Any]) -> None:
    setup_help = "a line of bash for each task to run first, such as 'module load cuda'; may be repeated"
    rounds_help = "submit K times as many tasks, N at once: they go on where the time limit ends the first (default: 1)"
    provider_help = "with --parsl: where the lab's provider is, such as lab_cluster.pbs"
    add("--slurm", metavar="N", help="submit N workers to Slurm, or as many as there are keys, as one array job")
    add("--parsl", metavar="N", help="submit N workers to another scheduler, by a provider of parsl's")
    add("--provider", metavar="MODULE.NAME", help=provider_help)
    add("--sbatch", action="append", default=[], metavar="OPTIONS", help="options of sbatch; may be repeated")
    add("--setup", action="append", default=[], metavar="LINE", help=setup_help)
    add("--top-up", action="store_true", help="submit only what is missing to N tasks that run or wait, for cron")
    add("--rounds", metavar="K", help=rounds_help)


def words_of_worker(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command line that asks one worker for what was asked for here, without the cluster and the terminal.

    A stop releases the key unless something else was asked for: a task that is requeued would pass over an error.
    """
    parser, actions = ArgumentParser(add_help=False), list[Action]()
    for add_some in (_add_keys, _add_computing, _add_schedule):
        add_some(lambda *names, **how: actions.append(parser.add_argument(*names, **how)))
    given = {**given, "on_stop": given["on_stop"] or RELEASE}
    words = (word for action in actions for word in _words_of(action, given[action.dest]))
    return (*given["tables"], *words)


def _words_of(action: Action, value: Any) -> list[str]:
    name = action.option_strings[0]
    if value in (None, False, action.default):
        return []
    if value is True:
        return [name]
    return [f"{name}={each}" for each in (value if isinstance(value, list) else [value])]


@dataclass(frozen=True)
class Arguments:
    """What is populated and how, by how many processes, and when."""

    options: Options
    processes: int
    schedule: Schedule
    submission: Submission | None = None
    """What is asked of a cluster; None where this process computes."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Arguments":
        """Read what Django parsed. Raises WrongInputError."""
        _check_together(given)
        return cls(
            options=_options(given),
            processes=_count("--processes", given["processes"]) or 1,
            schedule=Schedule(
                forever=given["forever"],
                sleep_s=None if given["sleep"] is None else max(1, _duration_s("--sleep", given["sleep"]) or 0),
                max_idle_s=_duration_s("--max-idle", given["max_idle"]),
                run_s=_duration_s("--run-duration", given["run_duration"]),
                stagger_s=_duration_s("--stagger", given["stagger"]) or 0,
            ),
            submission=_submission(given),
        )


def _check_together(given: Mapping[str, Any]) -> None:
    if given["order"] not in ORDERS:
        raise WrongInputError(f"--order must be one of {', '.join(ORDERS)}, not “{given['order']}”.")
    if given["on_stop"] not in (None, *ON_STOP):
        raise WrongInputError(f"--on-stop must be one of {', '.join(ON_STOP)}, not “{given['on_stop']}”.")
    if (_count("--processes", given["processes"]) or 1) > 1 and given["no_reserve"]:
        raise WrongInputError("--processes needs reservations, so that no key is computed twice: drop --no-reserve.")
    if given["forever"] and given["no_reserve"]:
        raise WrongInputError("--forever needs reservations, or a key that fails would be tried for ever.")
    if given["sleep"] is not None and not given["forever"]:
        raise WrongInputError("--sleep goes with --forever: without it, a run ends when nothing is left to compute.")
    if given["max_idle"] is not None and not given["forever"]:
        raise WrongInputError("--max-idle goes with --forever: without it, a run ends when nothing is left to compute.")


def _options(given: Mapping[str, Any]) -> Options:
    return Options(
        tables=tuple(given["tables"]),
        imports=tuple(given["imports"]),
        restrictions=tuple(given["restrict"]),
        order=given["order"],
        limit=_count("--limit", given["limit"]),
        max_calls=_count("--max-calls", given["max_calls"]),
        reserve=not given["no_reserve"],
        stop_on_error=given["stop_on_error"],
        on_stop=given["on_stop"] or ON_STOP[0],
        make_kwargs=_make_kwargs(given["make_kwargs"]),
    )


def _submission(given: Mapping[str, Any]) -> Submission | None:
    _check_cluster(given)
    workers = _count("--slurm", given["slurm"]) or _count("--parsl", given["parsl"])
    if workers is None:
        return None
    return Submission(
        workers=workers,
        words=words_of_worker(given),
        provider=given["provider"] or "",
        options=tuple(word for text in given["sbatch"] for word in _split("--sbatch", text)),
        setup=tuple(given["setup"]),
        rounds=_count("--rounds", given["rounds"]) or 1,
        tops_up=given["top_up"],
        processes=_count("--processes", given["processes"]) or 1,
        run_s=_duration_s("--run-duration", given["run_duration"]),
        is_forever=given["forever"],
    )


def _check_cluster(given: Mapping[str, Any]) -> None:
    for name in ("sbatch", "top_up", "rounds"):
        if given[name] and given["slurm"] is None:
            raise WrongInputError(f"--{name.replace('_', '-')} goes with --slurm N, which submits to a cluster.")
    if given["slurm"] is not None and given["parsl"] is not None:
        raise WrongInputError("--slurm and --parsl are two ways to submit: give one of them.")
    if (given["parsl"] is None) != (given["provider"] is None):
        raise WrongInputError(
            "--parsl N and --provider go together: how many workers, and the lab's provider of parsl's."
        )
    submits = given["slurm"] is not None or given["parsl"] is not None
    if given["setup"] and not submits:
        raise WrongInputError("--setup goes with --slurm N or --parsl N, which submit to a cluster.")
    if submits and given["no_reserve"]:
        raise WrongInputError("A cluster needs reservations, so that no key is computed twice: drop --no-reserve.")
    if given["top_up"] and given["rounds"] is not None:
        raise WrongInputError("--rounds does not go with --top-up, which goes on each time that it is called.")


def _split(name: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise WrongInputError(f"{name}: “{text}” cannot be taken apart into words: {error}.") from None


def _count(name: str, text: str | int | None) -> int | None:
    if text is None:
        return None
    if not str(text).isdecimal() or int(text) < 1:
        raise WrongInputError(f"{name} must be a whole number from 1, not “{text}”.")
    return int(text)


def _duration_s(name: str, text: str | int | None) -> int | None:
    if text is None:
        return None
    try:
        return read_duration_s(str(text))
    except ValueError as error:
        raise WrongInputError(f"{name}: {error}") from None


def _make_kwargs(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise WrongInputError(f"--make-kwargs is not JSON ({error}): {EXAMPLE}.") from None
    if not isinstance(found, dict):
        raise WrongInputError(f"--make-kwargs must be a JSON object: {EXAMPLE}.")
    return found
