"""dj.kill's listing and prompt: which connection is to be killed, until the answer is q (DataJoint 0.14.10, admin.py).

Where a kill costs something, it is said first, and the number of connections has to be typed, as on the page. Where it
costs nothing it is sent at once, as DataJoint does it.
"""

from collections.abc import Sequence

from connections.consequences import KillReview, review_kill
from connections.killing import Confirmation, NotConfirmedError, kill
from connections.snapshots import ConnectionSnapshot, SelectedConnections
from connections.terminal.arguments import Arguments
from connections.terminal.listing import Listing
from connections.terminal.outcome import say_review, say_summary
from connections.terminal.table import write_table
from jobsite.activity.terminal_user import TerminalUser
from jobsite.lab.server import ask_server
from jobsite.pages.listed_field import is_id
from jobsite.screen import Screen, Style

PROMPT = 'process to kill or "q" to quit > '
QUIT = "q"
NOT_LISTED = "{words} is not listed here: type an ID of the list, or several."
NOTHING_SENT = "No kill was sent."


class Prompt:
    """A person at a terminal who kills connections, and whether anything that they asked for was not done."""

    def __init__(self, arguments: Arguments, screen: Screen) -> None:
        """Nothing is asked of the server yet."""
        self.arguments, self.screen = arguments, screen
        self.left_undone = False

    def run(self) -> None:
        """List and ask, again and again, until the answer is q or the input ends. Raises DatabaseError."""
        while True:
            listing = Listing.read(self.arguments.restriction, self.arguments.order)
            write_table(listing.rows, self.screen)
            for sentence in listing.notices:
                self.screen.say(sentence, style=Style.WARNING)
            answer = self.screen.ask(PROMPT) if self.screen.can_ask else None
            if answer is None or answer.lower() == QUIT:
                return
            if words := answer.replace(",", " ").split():
                self._answer(words, listing)

    def _answer(self, words: Sequence[str], listing: Listing) -> None:
        rows = {row.id: row for row in listing.rows}
        named = [int(word) if is_id(word) else None for word in words]
        if others := [word for word, thread in zip(words, named, strict=True) if thread not in rows]:
            self.screen.say(NOT_LISTED.format(words=", ".join(others)))
            self.left_undone = True
            return
        seen = [ConnectionSnapshot.of(rows[thread], listing.server) for thread in named if thread is not None]
        self._kill(SelectedConnections(tuple(dict.fromkeys(seen)), self.arguments.target), listing)

    def _kill(self, selection: SelectedConnections, listing: Listing) -> None:
        review = review_kill(selection, ask_server())
        say_review(review, self.screen)
        self.left_undone |= bool(review.refused)
        if not review.connections:
            self.screen.say(NOTHING_SENT)
        elif not self._is_sent(review, TerminalUser.of_this_process(listing.server.account)):
            self.left_undone = True

    def _is_sent(self, review: KillReview, user: TerminalUser) -> bool:
        """Kill what was reviewed, if the person confirms it; say whether nothing was left undone."""
        typed = "" if review.kill_grant or not review.needs_number else self.screen.ask(f"{review.demand}: ") or ""
        if review.kill_grant or (review.needs_number and typed.replace(",", "") != str(len(review.connections))):
            self.screen.say(NOTHING_SENT)
            return False
        try:
            summary = kill(review.selection, Confirmation(typed, review.needs_number, review.harmless), user)
        except NotConfirmedError as refused:
            self.screen.say(str(refused), style=Style.WARNING)
            return False
        say_summary(summary, self.screen)
        return not summary.left_undone
