"""What does the command line of populate ask for? Each wrong value is answered by one sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.worker.options import ON_STOP, ORDERS, Options
from jobs.worker.outcomes import WrongInputError
from jobs.worker.schedule import Schedule
from jobsite.durations import read_span_s

SLEEP = "60s"
EXAMPLE = "write an object such as '{\"scale\": 2}'"


@dataclass(frozen=True)
class Asked:
    """What is populated and how, by how many processes, and when."""

    options: Options
    processes: int
    schedule: Schedule

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Asked":
        """Read what Django parsed. Raises WrongInputError."""
        _check_together(given)
        return cls(
            options=_options(given),
            processes=_count("--processes", given["processes"]) or 1,
            schedule=Schedule(
                forever=given["forever"],
                sleep_s=max(1, _span_s("--sleep", given["sleep"] or SLEEP) or 0),
                max_idle_s=_span_s("--max-idle", given["max_idle"]),
                run_s=_span_s("--run-duration", given["run_duration"]),
                stagger_s=_span_s("--stagger", given["stagger"]) or 0,
            ),
        )


def _check_together(given: Mapping[str, Any]) -> None:
    if given["order"] not in ORDERS:
        raise WrongInputError(f"--order is one of {', '.join(ORDERS)}, not “{given['order']}”.")
    if given["on_stop"] not in ON_STOP:
        raise WrongInputError(f"--on-stop is one of {', '.join(ON_STOP)}, not “{given['on_stop']}”.")
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
        raise WrongInputError(f"{name} is a whole number from 1, not “{text}”.")
    return int(text)


def _span_s(name: str, text: str | int | None) -> int | None:
    if text is None:
        return None
    try:
        seconds = read_span_s(str(text))
    except ValueError as error:
        raise WrongInputError(f"{name}: {error}") from None
    if seconds and str(text).strip().isdecimal():  # 8 hours were meant, perhaps, and 8 seconds would be had
        raise WrongInputError(f"{name}: “{text}” has no unit: write {text}s, {text}m or {text}h.")
    return seconds


def _make_kwargs(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise WrongInputError(f"--make-kwargs is not JSON ({error}): {EXAMPLE}.") from None
    if not isinstance(found, dict):
        raise WrongInputError(f"--make-kwargs is JSON but no object: {EXAMPLE}.")
    return found
