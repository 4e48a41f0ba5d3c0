"""What does a worker use of DataJoint that DataJoint keeps private? Each name with an underscore, once (0.14.10).

Another version of DataJoint may call these things by other names: it is told apart here, and nowhere else.
"""

from typing import Any, TypeAlias

Untyped: TypeAlias = Any
"""What comes from DataJoint, which is published without types: a table, its jobs, a connection."""
