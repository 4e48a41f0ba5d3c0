"""What can be asked for on the command line of populate, and what was? Each wrong value is answered by one sentence."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.worker.options import ON_STOP, ORDERS, Options
from jobs.worker.outcomes import WrongInputError
from jobs.worker.schedule import Schedule
from jobsite.durations import read_duration_s

SLEEP = "60s"
EXAMPLE = "write an object such as '{\"scale\": 2}'"
EXAMPLES = """\
  manage.py populate lab.ephys.SpikeSorting                       one worker
  manage.py populate lab.ephys --processes 4                      all tables of a module, in four processes
  manage.py populate lab.ephys.SpikeSorting --restrict 'subject_id=3' --max-calls 100
  manage.py populate lab.ephys --dry-run                          what would be computed, and who has the rest
  manage.py populate lab.ephys --forever --run-duration 8h --on-stop release
"""
IMPORT_HELP = "a module to import first, such as the workflow that activates an element's schemas; may be repeated"
ON_STOP_HELP = "what Ctrl-C or SIGTERM does with the running job: leave an error, or release it (default: error)"


def add_arguments(parser: ArgumentParser) -> None:
    """Add all arguments of populate; their values are read as text, so that `Arguments` can answer a wrong one."""
    tables_help = "tables to populate, or modules for all their tables; each after those that it depends on"
    parser.add_argument("tables", nargs="+", metavar="module.Table", help=tables_help)
    _add_keys(parser.add_argument_group("which keys").add_argument)
    _add_computing(parser.add_argument_group("how they are computed").add_argument)
    _add_schedule(parser.add_argument_group("when the run begins and ends").add_argument)
    add = parser.add_argument_group("what is said").add_argument
    add("--dry-run", action="store_true", help="say what would be computed, and who has the rest; write nothing")
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
    add("--sleep", metavar="TIME", help="with --forever: look again after this time (default: 60s)")
    add("--max-idle", metavar="TIME", help="with --forever: end when there was nothing to compute for this long")
    add("--run-duration", metavar="TIME", help="start no key after this time: 90s, 30m, 8h, 2d")
    add("--stagger", default="0", metavar="TIME", help="wait for a random time before starting, at most this long")
    add("--stop-on-error", action="store_true", help="end the run after the first failure")
    add("--on-stop", default="error", metavar="|".join(ON_STOP), help=ON_STOP_HELP)


@dataclass(frozen=True)
class Arguments:
    """What is populated and how, by how many processes, and when."""

    options: Options
    processes: int
    schedule: Schedule

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Arguments":
        """Read what Django parsed. Raises WrongInputError."""
        _check_together(given)
        return cls(
            options=_options(given),
            processes=_count("--processes", given["processes"]) or 1,
            schedule=Schedule(
                forever=given["forever"],
                sleep_s=max(1, _duration_s("--sleep", given["sleep"] or SLEEP) or 0),
                max_idle_s=_duration_s("--max-idle", given["max_idle"]),
                run_s=_duration_s("--run-duration", given["run_duration"]),
                stagger_s=_duration_s("--stagger", given["stagger"]) or 0,
            ),
        )


def _check_together(given: Mapping[str, Any]) -> None:
    if given["order"] not in ORDERS:
        raise WrongInputError(f"--order must be one of {', '.join(ORDERS)}, not “{given['order']}”.")
    if given["on_stop"] not in ON_STOP:
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
        on_stop=given["on_stop"],
        make_kwargs=_make_kwargs(given["make_kwargs"]),
    )


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
