"""What is a person told, in one sentence, when the lab's server refuses or does not answer?"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, NotSupportedError

from jobsite.lab.errors import Kind, error_number, kind_of, sentence, server_text

# Why one table cannot be read, in words that end a sentence.
REASONS = {
    Kind.DENIED: "the account {user} lacks a privilege there ({said})",
    Kind.VANISHED: "its jobs table vanished while it was read",
    Kind.LOCKED: "its jobs table is locked",
    Kind.TOO_SLOW: "its jobs table is locked",
    Kind.NOT_COMPARABLE: "its jobs cannot be compared as the restriction asks ({said})",
}
OTHER_REASON = "the server answers “{said}”"


def explain(error: BaseException) -> str:
    """Return one sentence for an error raised while asking `lab`, or '' when the error is not the server's."""
    if isinstance(error, ImproperlyConfigured) and settings.LAB.problem:
        return str(settings.LAB.problem)
    if isinstance(error, NotSupportedError) and " is required (found " in str(error):
        return f"The lab's server {settings.LAB.name} is too old for Jobsite: {error}"
    # Without a number it is not MySQL's: the site's own SQLite, perhaps.
    if not isinstance(error, DatabaseError | InterfaceError) or not error_number(error):
        return ""
    return sentence(error, settings.LAB.name, settings.LAB.user, settings.LAB.places)


def why_not_read(error: BaseException) -> str:
    """Return why a table cannot be read, in words that end a sentence."""
    kind = kind_of(error)
    reason = REASONS.get(kind, OTHER_REASON) if kind else OTHER_REASON
    return reason.format(user=settings.LAB.user, said=server_text(error))
