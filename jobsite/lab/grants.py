"""How is a GRANT written that an administrator of the lab's server can paste as it stands?

Anybody who may create a schema or an account chooses its name.
"""

from jobsite.lab.identifiers import identifier

BY_HAND = "a GRANT of {privileges} that is typed by hand: a name in it has characters that cannot be seen"


def account_name(current_user: str) -> str:
    """Return an account as a GRANT takes it, by every sql_mode that is usual, for what CURRENT_USER() says of it.

    `'name'@'host'`, or in backticks with a quote or a backslash in it: a backslash escapes in quotes only.
    """
    name, _, host = current_user.rpartition("@")
    plain = f"'{name}'@'{host}'"
    return f"{identifier(name)}@{identifier(host)}" if set(name + host) & {"'", "\\"} else plain


def grant(privileges: str, on: str, account: str) -> str:
    """Return the GRANT of `privileges` on a quoted name to a quoted account, or words where it cannot be copied.

    Nothing in SQL escapes a character within a name: a line feed would end a line in a shell, and what is invisible
    would be lost on the way.
    """
    statement = f"GRANT {privileges} ON {on} TO {account};"
    return statement if statement.isprintable() else BY_HAND.format(privileges=privileges)
