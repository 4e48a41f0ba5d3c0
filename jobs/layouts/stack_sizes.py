"""How large is a stack without its message, as SQL? Failures of one message from two places mostly differ by that.

DataJoint packs a text with its length before it, and what has more than 1000 bytes with the number of bytes that it had
(DataJoint 0.14.10, blob.py, `ZL123`): so the size is known without unpacking. The message stands in the stack, too.
"""

from django.db.models import F, Func, IntegerField
from django.db.models.expressions import Combinable

PACKED_SIZE = (
    "COALESCE(IF(LEFT({0}, 5) = 'ZL123', ORD(SUBSTRING({0}, 7, 1)) + 256 * ORD(SUBSTRING({0}, 8, 1))"
    " + 65536 * ORD(SUBSTRING({0}, 9, 1)), LENGTH({0})), 0)"
)
MESSAGE_SIZE = "COALESCE(LENGTH({}), 0)"
STACK_SIZE = f"CAST({PACKED_SIZE.format('error_stack')} AS SIGNED) - {MESSAGE_SIZE.format('error_message')}"


class PackedSize(Func):
    """How many bytes a packed stack has when it is unpacked."""

    template = f"CAST({PACKED_SIZE.format('%(expressions)s')} AS SIGNED)"
    output_field = IntegerField()


class MessageSize(Func):
    """How many bytes a message has."""

    template = MESSAGE_SIZE.format("%(expressions)s")
    output_field = IntegerField()


def stack_size() -> Combinable:
    """Return the same to compare with."""
    return PackedSize(F("error_stack")) - MessageSize(F("error_message"))
