"""Django's cache in files, for what viewers share: it looks less often whether it has too many."""

import time
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache

CULLED_EACH_S = 1.0
"""Django lists all files of the cache before each write; a page writes three, and the list took a ms of its time."""


class SharedFiles(FileBasedCache):
    """A FileBasedCache that each process bounds every CULLED_EACH_S: a busy site writes a hundred files meanwhile."""

    culled_at = float("-inf")
    """When this process did so last, by the clock of time.monotonic."""

    def _cull(self, *args: Any) -> None:
        # Django makes a cache for each thread; the time is that of the process.
        if time.monotonic() - SharedFiles.culled_at >= CULLED_EACH_S:
            SharedFiles.culled_at = time.monotonic()
            super()._cull(*args)  # type: ignore[misc]  # the stubs leave it out
