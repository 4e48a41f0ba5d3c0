"""What does it mean, in one sentence, when the lab's server refuses or does not answer?"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, NotSupportedError

from jobsite.lab.session import STATEMENT_LIMIT_S

# Error numbers: MySQL manual, "Server Error Message Reference" and "Client Error Message Reference"; MariaDB
# Knowledge Base, "MariaDB Error Codes". `{lab}` is the server, `{user}` its account, `{said}` the server's own words.
SENTENCES = {
    1040: "The lab's server {lab} has no connection left (too many connections): wait, or end some.",
    1044: "The account {user} may not do this on {lab} ({said}): grant it what docs/grants.sql lists.",
    1045: "The lab's server {lab} refused the account {user}: check DJ_USER and DJ_PASS.",
    1053: "The lab's server {lab} is shutting down: try again when it is back.",
    1129: "The lab's server {lab} blocks this machine after many failed connections: run FLUSH HOSTS there.",
    1130: "The lab's server {lab} does not let this machine connect: create the account for this host.",
    1142: "The account {user} lacks a privilege on {lab} ({said}): grant it what docs/grants.sql lists.",
    1143: "The account {user} lacks a privilege on {lab} ({said}): grant it what docs/grants.sql lists.",
    1146: "A jobs table vanished from {lab} while it was read ({said}): load the page again.",
    1203: "The account {user} has used up its connections on {lab}: wait, or raise max_user_connections.",
    1205: "Somebody holds a lock on {lab} that was not given up in time: see Connections for who, and try again.",
    1213: "The lab's server {lab} ended this request to resolve a deadlock: try again.",
    1226: "The account {user} has used up its allowance on {lab} ({said}): wait, or raise it.",
    1227: "The account {user} lacks a privilege on {lab} ({said}): grant it what docs/grants.sql lists.",
    1317: "The lab's server {lab} ended this request: try again.",
    1698: "The lab's server {lab} refused the account {user}: check DJ_USER and DJ_PASS.",
    2002: "The lab's server {lab} does not answer: check DJ_HOST and DJ_PORT, and that the server runs.",
    2003: "The lab's server {lab} does not answer: check DJ_HOST and DJ_PORT, and that the server runs.",
    2005: "No server named {lab} is known: check DJ_HOST.",
    2006: "The lab's server {lab} went away while it was asked: try again when it is back.",
    2013: "The lab's server {lab} went away while it was asked: try again when it is back.",
    2026: "No encrypted connection to {lab} could be made ({said}): set DJ_USE_TLS=0 if the server has no TLS.",
    2059: "The account {user} logs in on {lab} in a way this client does not know ({said}).",
}
MISSING_PRIVILEGE = {1044, 1142, 1143}
TOO_SLOW = {1969, 3024}
LOCKED = 1205
OF_THE_SERVER = {1021, 1037, 1040, 1041, 1045, 1053, 1129, 1130, 1203, 1213, 1226, 1317, 1698, 1927, 3168, 4031}
"""Errors that no table is to blame for: the server, its disk or memory, the account, or a KILL."""
OF_THE_CLIENT = range(2000, 3000)
# What else a server says that takes no changes, from this session or at all: an option (read_only), its mode, a
# transaction that only reads, sql_safe_updates, and a group of replicas that lets no commit through.
BY_OPTION = 1290
TAKES_NO_CHANGES = {BY_OPTION, 1836, 1792, 1175, 3100, 3101}
NO_CHANGES_SENTENCE = "The lab's server {lab} takes no changes ({said})."
SLOW_SENTENCE = "The lab's server {lab} needed more than {limit} s: narrow the filter and try again."
OTHER_SENTENCE = "The lab's server {lab} answered: {said}."

# Why one table cannot be read, in words that end a sentence.
REASONS = {
    1044: "the account {user} lacks a privilege there ({said})",
    1049: "its jobs table vanished while it was read",
    1142: "the account {user} lacks a privilege there ({said})",
    1143: "the account {user} lacks a privilege there ({said})",
    1146: "its jobs table vanished while it was read",
    LOCKED: "its jobs table is locked",
    **dict.fromkeys(TOO_SLOW, "its jobs table is locked"),
}
OTHER_REASON = "the server answers “{said}”"


def explain(error: BaseException) -> str:
    """Return one sentence for an error raised while asking `lab`, or '' when the error is not the server's."""
    if isinstance(error, ImproperlyConfigured) and settings.LAB.problem:
        return str(settings.LAB.problem)
    if isinstance(error, NotSupportedError) and " is required (found " in str(error):
        return f"The lab's server {settings.LAB.name} is too old for Jobsite: {error}"
    if not isinstance(error, DatabaseError | InterfaceError):
        return ""
    return _sentence(error_number(error), error)


def error_number(error: BaseException) -> int:
    """Return the server's or client's error number, 0 when there is none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def lacks_privilege(error: BaseException) -> bool:
    """Say whether the server refused because the account lacks a privilege on a schema, table or column."""
    return error_number(error) in MISSING_PRIVILEGE


def concerns_one_table(error: BaseException) -> bool:
    """Say whether another table might be read where this error came: not when the server as a whole refuses."""
    number = error_number(error)
    elsewhere_too = OF_THE_SERVER | TAKES_NO_CHANGES | TOO_SLOW
    return bool(number) and number not in OF_THE_CLIENT and number not in elsewhere_too


def is_lock(error: BaseException) -> bool:
    """Say whether a statement that reads no row failed because it had to wait."""
    return error_number(error) in {LOCKED, *TOO_SLOW}


def why_not_read(error: BaseException) -> str:
    """Return why a table cannot be read, in words that end a sentence."""
    reason = REASONS.get(error_number(error), OTHER_REASON)
    return reason.format(user=settings.LAB.user, said=_said(error))


def _said(error: BaseException) -> str:
    return str(error.args[1]).rstrip(".") if len(error.args) > 1 else str(error_number(error))


def _takes_no_changes(error: BaseException) -> bool:
    number = error_number(error)
    # 1290 names the option that forbids the statement, which may be any.
    return number in TAKES_NO_CHANGES and (number != BY_OPTION or "read-only" in _said(error).replace("_", "-"))


def _sentence(number: int, error: BaseException) -> str:
    if not number:
        return ""  # not MySQL's way to say it: the site's own SQLite, perhaps
    sentence = SENTENCES.get(number, OTHER_SENTENCE)
    if _takes_no_changes(error):
        sentence = NO_CHANGES_SENTENCE
    elif number in TOO_SLOW:
        sentence = SLOW_SENTENCE
    lab = settings.LAB
    return sentence.format(lab=lab.name, user=lab.user, said=_said(error), limit=STATEMENT_LIMIT_S)
