"""How long does the demo wait for what has to happen, and how often does it look?"""

import threading
import time
from collections.abc import Callable

from jobsite.demo.processes import DemoError

LIMIT_S = 90.0
LOOK_EVERY_S = 0.25


def wait_until(happens: Callable[[], bool], otherwise: str, ended: threading.Event | None = None) -> None:
    """Return once it happens. Raises DemoError, which says `otherwise`, after LIMIT_S or when all is `ended`."""
    give_up = time.monotonic() + LIMIT_S
    while not happens():
        if time.monotonic() > give_up or (ended and ended.is_set()):
            raise DemoError(otherwise)
        time.sleep(LOOK_EVERY_S)
