"""dj.kill's listing and prompt: which connection is to be killed, until the answer is q (DataJoint 0.14.10, admin.py).

Where a kill costs something, it is said first, and the number of connections has to be typed, as on the page. Where it
costs nothing it is sent at once, as DataJoint does it. Standard output has the list, and what came of each kill.
"""

import sys
from collections.abc import Sequence

from connections.consequences import KillReview, review_kill
from connections.killing import Confirmation, NotConfirmedError, kill
from connections.snapshots import ConnectionSnapshot
from connections.terminal.arguments import Arguments
from connections.terminal.listing import Listing
from connections.terminal.outcome import say_outcomes, say_review
from connections.terminal.table import table_lines
from jobsite.activity.terminal_user import TerminalUser
from jobsite.lab.server import ask_server
from jobsite.pages.listed_field import is_id
from jobsite.terminal.talking import Talk

PROMPT = 'process to kill or "q" to quit >'
QUIT = "q"
NOT_LISTED = "{words} is not listed here: type an ID of the list, or several."
NOTHING_SENT = "No kill was sent."


class Prompt:
    """A person who kills connections, and whether anything that they asked for was not done."""

    def __init__(self, arguments: Arguments) -> None:
        """Nothing is asked of the server yet."""
        self.arguments, self.talk = arguments, Talk()
        self.left_undone = False

    def run(self) -> None:
        """List and ask, again and again, until the answer is q or the input ends. Raises DatabaseError."""
        while True:
            listing = Listing.read(self.arguments.restriction, self.arguments.order)
            sys.stdout.writelines(f"{line}\n" for line in table_lines(listing.rows, sys.stdout))
            sys.stdout.flush()
            for sentence in listing.notices:
                self.talk.say(sentence, is_warning=True)
            answer = self.talk.ask(PROMPT, at_end=QUIT)
            if answer.lower() == QUIT:
                return
            if words := answer.replace(",", " ").split():
                self._answer(words, listing)

    def _answer(self, words: Sequence[str], listing: Listing) -> None:
        rows = {row.id: row for row in listing.rows}
        threads = [int(word) if is_id(word) else 0 for word in words]
        if others := [word for word, thread in zip(words, threads, strict=True) if thread not in rows]:
            self.talk.say(NOT_LISTED.format(words=", ".join(others)), is_warning=True)
            self.left_undone = True
            return
        seen = [ConnectionSnapshot.of(rows[thread], listing.server) for thread in threads]
        review = review_kill(self.arguments.selection(seen), ask_server())
        say_review(review, self.talk)
        self.left_undone |= bool(review.refused)
        if not review.connections:
            self.talk.say(NOTHING_SENT)
        elif not self._is_sent(review, TerminalUser.of_this_process(listing.server.account)):
            self.left_undone = True

    def _is_sent(self, review: KillReview, user: TerminalUser) -> bool:
        """Kill what was reviewed, if the person confirms it; say whether nothing was left undone."""
        asks = review.needs_number and not review.kill_grant
        typed = self.talk.ask(f"{review.demand}:") if asks else ""
        if review.kill_grant or (asks and typed.replace(",", "") != str(len(review.connections))):
            self.talk.say(NOTHING_SENT)
            return False
        try:
            summary = kill(review.selection, Confirmation(typed, review.needs_number, review.harmless), user)
        except NotConfirmedError as refused:
            self.talk.say(str(refused), is_warning=True)
            return False
        say_outcomes(summary, Talk(sys.stdout))
        return not summary.left_undone
