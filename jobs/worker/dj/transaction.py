"""In which transaction does make insert? In one on DataJoint's connection, which the end of the reservation closes."""

from jobs.worker.dj.compat import (
    Untyped,
    is_server_in_transaction,
    is_transaction_begun,
    set_transaction_begun,
)

# In full: a server may be set to chain or to disconnect where nothing is said (MySQL manual, completion_type).
COMMIT, COMMIT_AND_BEGIN = "COMMIT AND NO CHAIN NO RELEASE", "COMMIT AND CHAIN NO RELEASE"
ROLLBACK = "ROLLBACK AND NO CHAIN NO RELEASE"


class Transaction:
    """The transactions of one table's makes, one after the other."""

    def __init__(self, connection: Untyped) -> None:
        """`connection` is DataJoint's."""
        self._connection = connection

    @property
    def is_begun(self) -> bool:
        """Say whether there is one; a make may have ended it itself."""
        return is_transaction_begun(self._connection)

    def begin(self) -> None:
        """Begin one, unless the last commit did."""
        if not self.is_begun:
            self._connection.start_transaction()

    def end_statement(self, *, begins_next: bool) -> str:
        """Return the statement that commits; it may begin the next transaction as well, which saves a question."""
        return COMMIT_AND_BEGIN if begins_next else COMMIT

    def ended(self, *, begins_next: bool) -> None:
        """Note that the statement has run, which DataJoint has not looked at."""
        set_transaction_begun(self._connection, is_begun=begins_next)

    def is_whole(self) -> bool:
        """Ask whether what make has done is still there: the server may have rolled it back."""
        self._connection.ping()  # the next statement that reads a table would begin a transaction anew
        return is_server_in_transaction(self._connection) or not self.is_begun

    def roll_back(self) -> None:
        """Roll back the open transaction, also one that nobody began: a make that ends one may begin another by it."""
        if self._connection.is_connected:  # a signal that broke into a question has closed it: the server rolls back
            self._connection.query(ROLLBACK)
        set_transaction_begun(self._connection, is_begun=False)

    def roll_back_if_open(self) -> None:
        """Roll back if DataJoint, which asks the server, finds one open."""
        if self._connection.in_transaction:
            self.roll_back()
