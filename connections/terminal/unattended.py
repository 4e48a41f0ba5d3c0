"""kill --yes: all that match are killed, and nobody is asked. For scripts and cron jobs.

Where a kill would cost a job that runs, or rows that were written, the connection is left alone and named, unless
--force says otherwise. What is never killed is named, too, but nothing is wrong with that: on a replica, `TIME > 600`
matches it every time.
"""

from connections.consequences import KillReview, ReviewedConnection, review_kill
from connections.killing import Confirmation, NotConfirmedError, kill
from connections.outcomes import KillSummary, sent_in_words
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from connections.terminal.arguments import Arguments
from connections.terminal.listing import Listing, holdings
from connections.terminal.outcome import MAY_NOT_KILL, say_summary
from jobsite.activity.terminal_user import TerminalUser
from jobsite.lab.server import ask_server
from jobsite.screen import Screen, Style

TRIES = 3
"""Between the last look and the kill a worker may take a job; then all are looked at once more."""
NONE_MATCHES = "No connection matches."
INDENT = "  "


class Unattended:
    """All that match are to be killed; afterwards, whether any of it was not done."""

    def __init__(self, arguments: Arguments, screen: Screen) -> None:
        """Nothing is asked of the server yet."""
        self.arguments, self.screen = arguments, screen
        self.left_undone = False

    def run(self) -> None:
        """Look, kill, and say what became of each. Raises DatabaseError."""
        listing = Listing.read(self.arguments.restriction, self.arguments.order)
        for sentence in listing.notices:
            self.screen.say(sentence, style=Style.WARNING)
        if not listing.rows:
            self.screen.say(NONE_MATCHES)
            return
        seen = tuple(ConnectionSnapshot.of(row, listing.server) for row in listing.rows)
        selection = SelectedConnections(seen, self.arguments.target)
        self._kill(selection, TerminalUser.of_this_process(listing.server.account))

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
        self.screen.say(str(refused), style=Style.WARNING)
        self.left_undone = True

    def _sent(self, review: KillReview, user: TerminalUser) -> KillSummary:
        """Kill what was reviewed and is meant; return what became of it. Raises NotConfirmedError."""
        meant = SelectedConnections(tuple(one.snapshot for one in self._meant(review)), review.target)
        if review.kill_grant:
            return KillSummary(meant)
        harmless = () if self.arguments.force else meant.snapshots
        return kill(meant, Confirmation(str(len(meant.snapshots)), harmless=harmless), user)

    def _meant(self, review: KillReview) -> list[ReviewedConnection]:
        runs = [one for one in review.connections if review.target is Target.CONNECTION or one.connection.info]
        return [one for one in runs if self.arguments.force or not one.at_stake]

    def _say(self, review: KillReview, summary: KillSummary) -> None:
        kept = [] if self.arguments.force else [one for one in review.connections if one.at_stake]
        for sentence in review.notices:
            self.screen.say(sentence)
        for one in kept:
            self._say_kept(one)
        say_summary(summary, self.screen)
        if review.kill_grant and self._meant(review):
            self.screen.say(MAY_NOT_KILL.format(grant=review.kill_grant), style=Style.WARNING)
        self.screen.say(f"{sent_in_words(summary.sent)}.")
        is_refused = bool(review.kill_grant and self._meant(review))
        self.left_undone = bool(kept) or is_refused or summary.left_undone

    def _say_kept(self, one: ReviewedConnection) -> None:
        self.screen.say(f"{one.connection} was left alone: it {one.at_stake}.", style=Style.WARNING)
        for words in holdings(one.connection):
            self.screen.say(words, INDENT)
