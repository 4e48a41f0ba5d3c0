"""Which database users does the account page offer? Those that jobs and connections name, as far as one sees these."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User as Person
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError

from jobs.layouts.reading import Reading
from jobs.listing.shared import second_of
from jobs.listing.values import known_users
from jobsite.accounts.database_users import database_users, guessed
from jobsite.lab import shared_reads
from jobsite.lab.explanations import explain
from jobsite.lab.parts import Parts
from jobsite.lab.server import SYSTEM_USERS

SEES_JOBS, SEES_CONNECTIONS = "jobs.view_job", "connections.view_connection"
OF_JOBS, OF_CONNECTIONS = "The users of jobs", "The users of connections"


@dataclass(frozen=True)
class Offered:
    """A database user that a person may link."""

    name: str
    is_linked: bool
    is_guess: bool
    """Whether it has the person's name on the site."""


class NamedUsers:
    """The database users that jobs and connections name just now."""

    def __init__(self, person: Person) -> None:
        """Read them, as far as the person sees such lists."""
        self.person, self.parts = person, Parts()
        self.problem = ""
        """Why the lab's server cannot be asked, in a sentence."""
        self.names: set[str] = set()
        for permission, what, read in (
            (SEES_JOBS, OF_JOBS, _users_of_jobs),
            (SEES_CONNECTIONS, OF_CONNECTIONS, _users_of_connections),
        ):
            if person.has_perm(permission):
                self._read(what, read)

    def _read(self, what: str, read: Callable[[], Iterable[str]]) -> None:
        try:
            self.names |= set(self.parts.read(what, read, ()))
        except (DatabaseError, InterfaceError, ImproperlyConfigured) as error:
            self.problem = explain(error)
            if not self.problem:
                raise

    @property
    def problems(self) -> Sequence[str]:
        """What could not be read, in sentences."""
        return [*self.parts.notices, *([self.problem] if self.problem else [])]

    @property
    def offered(self) -> Sequence[Offered]:
        """What may be linked: what is linked, then the guess, then the others, each in order."""
        linked = database_users(self.person)
        guess = guessed(self.person, self.names | set(linked))
        found = [Offered(name, name in linked, name == guess) for name in self.names | set(linked)]
        return sorted(found, key=lambda one: (not one.is_linked, not one.is_guess, one.name.casefold(), one.name))


def _users_of_jobs() -> Iterable[str]:
    reading, now = Reading.begin(), second_of(shared_reads.connected())
    return [str(name) for name, _ in known_users(reading, now).values if name]


def _users_of_connections() -> Iterable[str]:
    threads = shared_reads.connected()
    nobody = {"", threads.server.user, *SYSTEM_USERS}
    return [user for user, _ in threads.threads.values() if user not in nobody]
