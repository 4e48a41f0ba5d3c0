"""What was this process like before Django changed it?

Django sets TZ from its settings, and `manage.py` names their module in the environment. Whatever runs in the process,
such as a lab's make, and every process that it starts would inherit both. So this is imported before all of Django.
"""

import os
import time
from pathlib import Path

ENVIRON = dict(os.environ)
FOLDER = Path(__file__).resolve().parent.parent
"""Where `manage.py` lies: Python puts it first on the path."""


def restore_environ() -> None:
    """Put the environment back as it was, and the time zone that it names."""
    for name in set(os.environ) - set(ENVIRON):
        del os.environ[name]
    os.environ.update(ENVIRON)
    time.tzset()
