"""What `manage.py help` lists, and how the help of a command of ours is arranged."""

import re

import pytest
from django.core.management import get_commands

from jobsite.management.utility import OF_DJANGO, Utility

OURS = {
    "demo": "jobsite",
    "doctor": "connections",
    "jobs": "jobs",
    "kill": "connections",
    "populate": "jobs",
    "reap": "jobs",
    "serve": "jobsite",
}


def test_help_lists_our_commands_first_and_those_of_django_that_a_site_needs() -> None:
    lines = Utility(["manage.py", "help"]).main_help_text().splitlines()
    listed = [found[1] for line in lines if (found := re.match(r"  (\w+) +\S", line))]
    ours = [name for name in listed if name not in OF_DJANGO]
    assert listed == [*ours, *OF_DJANGO]
    assert set(OURS) <= set(ours)
    assert "auth" not in listed
    assert max(map(len, lines)) <= 130


def test_help_names_every_command_to_programs() -> None:
    names = Utility(["manage.py", "help", "--commands"]).main_help_text(commands_only=True).splitlines()
    assert names == sorted(get_commands())


@pytest.mark.parametrize("name", OURS)
def test_the_help_of_a_command_has_examples_and_no_option_of_django(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        Utility(["manage.py", name, "--help"]).execute()
    said = capsys.readouterr().out
    assert "examples:\n  " in said
    assert "--settings" not in said


def headings_of(name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what the parts of a command's help are called."""
    with pytest.raises(SystemExit):
        Utility(["manage.py", name, "--help"]).execute()
    return re.findall(r"^(\w.*):$", capsys.readouterr().out, re.MULTILINE)


def test_the_options_of_kill_are_in_groups(capsys: pytest.CaptureFixture[str]) -> None:
    groups = ["which connections are listed first", "what is killed"]
    assert headings_of("kill", capsys) == ["positional arguments", "options", *groups, "examples"]


def test_the_options_of_populate_are_in_groups(capsys: pytest.CaptureFixture[str]) -> None:
    assert headings_of("populate", capsys) == [
        "positional arguments",
        "options",
        "which keys",
        "how they are computed",
        "when the run begins and ends",
        "on a cluster",
        "what is said",
        "examples",
    ]


@pytest.mark.parametrize("word", ["list", "errors", "show", "clear", "retry", "release", "ignore", "unignore", "hash"])
def test_each_subcommand_has_a_help_of_its_own(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Utility(["manage.py", "jobs", word, "--help"]).execute()
    said = capsys.readouterr().out
    assert said.startswith(f"usage: manage.py jobs {word} ")
    assert "examples:\n  manage.py jobs" in said
    assert "Exit status: 0 done" in said
