"""What packs a value into a blob: the fixture `packed` is DataJoint's own."""

from collections.abc import Callable
from typing import TypeAlias

Packed: TypeAlias = Callable[[object], bytes]
