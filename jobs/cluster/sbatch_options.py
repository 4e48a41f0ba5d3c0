"""What do the options of sbatch say that we have to know? They stand in words, or in sbatch's own variables.

Slurm 22.05, sbatch(1): a word wins over a variable, and a variable over a line `#SBATCH` in the script.
"""

from collections.abc import Mapping, Sequence

from jobsite.durations import DAY_S, HOUR_S, MINUTE_S

LETTERS = {"array": "a", "chdir": "D", "job-name": "J", "output": "o", "partition": "p", "time": "t"}
"""The options that we read, each with its short form."""
VARIABLES = {
    "job-name": "SBATCH_JOB_NAME",
    "output": "SBATCH_OUTPUT",
    "partition": "SBATCH_PARTITION",
    "time": "SBATCH_TIMELIMIT",
}
WITHOUT_LIMIT = ("0", "infinite", "unlimited")


def value_of(name: str, words: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Return the value that an option of LETTERS has, the last one where it is given twice; None where it has none."""
    long, short = f"--{name}", f"-{LETTERS[name]}"
    found = environ.get(VARIABLES.get(name, ""))
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if word in (long, short):
            found = after
        elif word.startswith(f"{long}="):
            found = word.removeprefix(f"{long}=")
        elif word.startswith(short) and not word.startswith("--"):
            found = word.removeprefix(short)
    return found


def mistake_in(words: Sequence[str]) -> str:
    """Return what keeps these words from being a person's options for sbatch, in one sentence, or ''."""
    for before, word in zip(["=", *words], words, strict=False):
        if not word.isprintable():
            return "--sbatch takes options of sbatch in one line, without control characters."
        if value_of("array", [word], {}) is not None:
            return f"--slurm N makes the array of tasks: leave {word} out of --sbatch."
        if word.startswith("--wrap"):
            return "--slurm N writes the script: leave --wrap out of --sbatch, and use --setup for lines of your own."
        if not word.startswith("-") and ("=" in before or not before.startswith("-")):
            return f"“{word}” in --sbatch is no option of sbatch's: write options such as --time=4:00:00 --mem=8G."
    return ""


def read_time_limit_s(text: str) -> int | None:
    """Return the seconds of a time limit as Slurm writes one, such as `90`, `4:00:00` or `1-12`; None without a limit.

    sbatch(1), --time: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes and
    days-hours:minutes:seconds. Raises ValueError for anything else.
    """
    if text.strip().lower() in WITHOUT_LIMIT:
        return None
    days, dash, rest = text.strip().rpartition("-")
    numbers = [int(part) for part in rest.split(":")]
    if len(numbers) > 3 or min(numbers) < 0:
        raise ValueError(text)
    units_s = (HOUR_S, MINUTE_S, 1) if dash or len(numbers) == 3 else (MINUTE_S, 1)
    rest_s = sum(number * unit_s for number, unit_s in zip(numbers, units_s, strict=False))
    return (int(days) * DAY_S if dash else 0) + rest_s
