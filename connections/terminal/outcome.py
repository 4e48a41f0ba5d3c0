"""What would a kill do, and what became of it? In lines of a terminal, by the sentences of the pages."""

from connections.consequences import KillReview
from connections.outcomes import KillSummary
from jobsite.screen import Screen, Style

INDENT = "  "
MAY_NOT_KILL = (
    "The account may not kill the connections of other accounts. Ask an administrator of the server to run: {grant}"
)


def say_review(review: KillReview, screen: Screen) -> None:
    """Write what a kill would do to each connection, and which of those that were meant are left alone."""
    for sentence in review.notices:
        screen.say(sentence, style=Style.WARNING)
    for one in review.connections:
        screen.say(f"{one.connection}:")
        for consequence in one.consequences:
            screen.say(str(consequence), INDENT, Style.WARNING if consequence.is_warning else Style.PLAIN)
    if review.connections and review.kill_grant:
        screen.say(MAY_NOT_KILL.format(grant=review.kill_grant), style=Style.WARNING)


def say_summary(summary: KillSummary, screen: Screen) -> None:
    """Write what became of each connection."""
    for outcome in summary.outcomes:
        screen.say(outcome.in_words)
    if summary.stopped:
        screen.say(summary.problems[-1], style=Style.WARNING)
