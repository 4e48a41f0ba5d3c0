"""kill --yes: all that match are killed, and nobody is asked. For scripts and cron jobs.

Where a kill would cost a job that runs, or rows that were written, the connection is left alone and named, unless
--force says otherwise. What is never killed is named, too, but nothing is wrong with that: on a replica, `TIME > 600`
matches it every time. All of this is written to standard output.
"""

import sys
from dataclasses import replace

from connections.consequences import KillReview, ReviewedConnection, review_kill
from connections.killing import Confirmation, NotConfirmedError, kill
from connections.outcomes import KillSummary, sent_in_words
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from connections.terminal.arguments import Arguments
from connections.terminal.listing import Listing, holdings
from connections.terminal.outcome import INDENT, MAY_NOT_KILL, say_outcomes
from jobsite.activity.terminal_user import TerminalUser
from jobsite.lab.server import Server, ask_server
from jobsite.terminal.talking import Talk

TRIES = 3
"""Between the last look and the kill a worker may take a job; then all are looked at once more."""
NONE_MATCHES = "No connection matches."


class Unattended:
    """All that match are to be killed; afterwards, whether any of it was not done."""

    def __init__(self, arguments: Arguments) -> None:
        """Nothing is asked of the server yet."""
        self.arguments, self.talk = arguments, Talk(sys.stdout)
        self.left_undone = False

    def run(self) -> None:
        """Look, kill, and say what became of each. Raises DatabaseError."""
        listing = Listing.read(self.arguments.restriction, self.arguments.order)
        for sentence in listing.notices:
            Talk().say(sentence, is_warning=True)
        if not listing.rows:
            self.talk.say(NONE_MATCHES)
            return
        seen = [ConnectionSnapshot.of(row, listing.server) for row in listing.rows]
        self._kill(self.arguments.selection(seen), TerminalUser.of_this_process(listing.server.account))

    def _kill(self, selection: SelectedConnections, user: TerminalUser) -> None:
        for _ in range(TRIES):
            review = review_kill(selection, ask_server())
            try:
                summary = self._sent(review, user)
            except NotConfirmedError as changed:
                refused = changed
            else:
                self._say(review, summary)
                return
        self.talk.say(str(refused), is_warning=True)
        self.left_undone = True

    def _sent(self, review: KillReview, user: TerminalUser) -> KillSummary:
        """Kill what was reviewed and is meant; return what became of it. Raises NotConfirmedError."""
        meant = self._meant(review, ask_server())
        if review.kill_grant:
            return KillSummary(meant)
        harmless = () if self.arguments.force else meant.snapshots
        return kill(meant, Confirmation(str(len(meant.snapshots)), harmless=harmless), user)

    def _meant(self, review: KillReview, server: Server) -> SelectedConnections:
        """Return those that are killed and still match; where a statement is meant, those that run one."""
        matching = self.arguments.matching(server)
        there = [one for one in review.connections if one.connection.id in matching]
        runs = [one for one in there if review.target is Target.CONNECTION or one.connection.info]
        meant = [one.snapshot for one in runs if self.arguments.force or not one.at_stake]
        return replace(review.selection, snapshots=tuple(meant))

    def _say(self, review: KillReview, summary: KillSummary) -> None:
        kept = [] if self.arguments.force else [one for one in review.connections if one.at_stake]
        may_not = bool(review.kill_grant and not summary.selection.is_empty)
        for sentence in review.notices:
            self.talk.say(sentence)
        for one in kept:
            self._say_kept(one)
        say_outcomes(summary, self.talk)
        if may_not:
            self.talk.say(MAY_NOT_KILL.format(grant=review.kill_grant), is_warning=True)
        self.talk.say(f"{sent_in_words(summary.sent)}.")
        self.left_undone = bool(kept) or may_not or summary.left_undone

    def _say_kept(self, one: ReviewedConnection) -> None:
        self.talk.say(f"{one.connection} was left alone: it {one.at_stake}.", is_warning=True)
        for words in holdings(one.connection):
            self.talk.say(words, indent=INDENT)
