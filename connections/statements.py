"""What may a person read of the statements that run? Who may kill reads all but the secrets, others no literals."""

from collections.abc import Sequence

from connections.models import Connection
from jobsite.masking.statements import masked_statement, without_literals


def annotate_statements(rows: Sequence[Connection], may_kill: bool) -> Sequence[Connection]:
    """Give each connection the `statement` as a person who may kill, or only look, may read it; return them."""
    show = masked_statement if may_kill else without_literals
    for row in rows:
        row.statement = show(row.info or "")
    return rows
