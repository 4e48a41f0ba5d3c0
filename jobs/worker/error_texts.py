"""How does the text of an error fit into its row? Cut as DataJoint cuts, or shorter where the server takes no more."""

MESSAGE_CHARS = 2047
TRUNCATED = "...truncated"  # DataJoint 0.14.10, jobs.py
# max_allowed_packet may be 1 MB; the column of schemas made long ago is a BLOB of 64 kB.
LONGEST_STACK, SHORT_STACK = 400_000, 20_000


def cut_message(message: str) -> str:
    """Return what DataJoint stores of a message."""
    return message if len(message) <= MESSAGE_CHARS else message[: MESSAGE_CHARS - len(TRUNCATED)] + TRUNCATED


def cut_stack(stack: str, most: int) -> str:
    """Return the end of a stack, where the exception is: a server takes no statement of any size."""
    return stack if len(stack) <= most else f"({len(stack) - most} characters cut)\n{stack[-most:]}"


def in_ascii(text: str) -> str:
    """Return the text with everything else escaped, also halves of surrogate pairs, which no character set stores."""
    return text.encode("ascii", "backslashreplace").decode()
