"""What sbatch's own options say, as sbatch(1) reads them."""

import pytest

from jobs.cluster.sbatch_options import mistake_in, read_time_limit_s, value_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 5400),
        ("10:30", 630),
        ("4:00:00", 14_400),
        ("1-12", 129_600),
        ("1-12:30", 131_400),
        ("2-00:00:05", 172_805),
        ("0", None),
        ("UNLIMITED", None),
        ("infinite", None),
    ],
)
def test_a_time_limit_is_read_as_slurm_writes_it(text: str, seconds: int | None) -> None:
    assert read_time_limit_s(text) == seconds


@pytest.mark.parametrize("text", ["soon", "4h", "1:2:3:4", "-", "1-", "-5", ""])
def test_another_text_is_no_time_limit(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the message is of int() or the text
        read_time_limit_s(text)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--time=5"], "5"),
        (["--time", "5"], "5"),
        (["-t", "5"], "5"),
        (["-t5"], "5"),
        (["--mem=8G", "--time=5", "-t", "6"], "6"),
        (["--time-min=5"], "90"),
        (["--mem=8G"], "90"),
        (["--time"], ""),
        ([], "90"),
    ],
)
def test_a_word_wins_over_the_variable_and_the_last_over_the_first(words: list[str], value: str) -> None:
    assert value_of("time", words, {"SBATCH_TIMELIMIT": "90"}) == value


def test_what_is_given_nowhere_has_no_value() -> None:
    assert value_of("output", ["--time=5"], {}) is None


@pytest.mark.parametrize(
    "words",
    [["--time=5", "-p", "main", "--mem", "8G"], ["-t5"], ["--requeue", "--comment=a b"], ["--account=lab"], []],
)
def test_options_of_sbatch_are_taken(words: list[str]) -> None:
    assert mistake_in(words) == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["4:00:00"], "“4:00:00” in --sbatch is no option of sbatch's: write options such as --time=4:00:00 --mem=8G."),
        (["--mem=8G", "job.sh"], "“job.sh” in --sbatch is no option of sbatch's: write options such as"),
        (["--array=0-9"], "--slurm N makes the array of tasks: leave --array=0-9 out of --sbatch."),
        (["-a", "0-9"], "--slurm N makes the array of tasks: leave -a out of --sbatch."),
        (["--wrap=hostname"], "--slurm N writes the script: leave --wrap out of --sbatch, and use --setup for"),
        (["--comment=a\nrm -r /"], "--sbatch takes options of sbatch in one line, without control characters."),
    ],
)
def test_what_would_take_the_place_of_ours_is_refused(words: list[str], sentence: str) -> None:
    assert mistake_in(words).startswith(sentence)
