"""What the keys of a group of failed jobs share, as pages and commands show it."""

from dataclasses import dataclass

from jobs.error_groups.sharing.claims import Claim, Share

NOTHING = "nothing stands out"
NOT_STORED = (
    "Where and by whom a key was computed that passed is not stored: host and user are compared with those of {others}"
    " of these tables from about the same time."
)


@dataclass(frozen=True)
class Sharing:
    """What the keys of a group share, and with what they were compared."""

    claims: tuple[Claim, ...]
    """The greatest difference first; nothing where nothing holds."""
    compared: tuple[str, ...]
    """The attributes that were looked at."""
    failed: Share
    """How many failed jobs were looked at, of all in the group."""
    passed: int
    """How many keys that passed were looked at."""
    others: int
    """With how many other jobs host and user were compared; 0 where they were not."""
    too_few: str = ""
    """Why nothing could be compared, in words; '' where something was."""
    notes: tuple[str, ...] = ()
    """What was left out and why, in sentences."""
    is_whole: bool = True
    """Whether the rows of all tables could be read that were to be."""

    @property
    def line(self) -> str:
        """For a list of groups, behind its sign ⊂: the first claim, or that there is none, and why."""
        return self.claims[0].line if self.claims else self.too_few or NOTHING

    @property
    def basis(self) -> str:
        """With what failed keys were compared, in sentences."""
        if self.failed.number < self.failed.of:
            failed = f"{self.failed} failed jobs, such as chance chooses"
        else:
            failed = _counted(self.failed.of, "failed job")
        said = [f"Looked at were {failed}, and {_counted(self.passed, 'key')} of the same tables that passed."]
        if self.others:
            said.append(NOT_STORED.format(others=_counted(self.others, "other job")))
        return " ".join(said)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
