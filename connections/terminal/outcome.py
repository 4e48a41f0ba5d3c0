"""What would a kill do, and what became of it? In lines of a terminal, by the sentences of the pages."""

from connections.consequences import KillReview
from connections.outcomes import KillResult, KillSummary
from jobsite.terminal.talking import Talk

INDENT = "  "
MAY_NOT_KILL = (
    "The account may not kill the connections of other accounts. Ask an administrator of the server to run: {grant}"
)


def say_review(review: KillReview, talk: Talk) -> None:
    """Say what a kill would do to each connection, and which of those that were meant are left alone."""
    for sentence in review.notices:
        talk.say(sentence, is_warning=True)
    for one in review.connections:
        talk.say(f"{one.connection}:")
        for consequence in one.consequences:
            talk.say(str(consequence), is_warning=consequence.is_warning, indent=INDENT)
    if review.connections and review.kill_grant:
        talk.say(MAY_NOT_KILL.format(grant=review.kill_grant), is_warning=True)


def say_outcomes(summary: KillSummary, talk: Talk) -> None:
    """Say what became of each connection."""
    for outcome in summary.outcomes:
        talk.say(outcome.in_words, is_warning=outcome.result is not KillResult.SENT)
    if summary.stopped:
        talk.say(summary.problems[-1], is_warning=True)
