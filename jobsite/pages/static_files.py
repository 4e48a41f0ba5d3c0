"""How are stylesheets and scripts named and kept? By what is in them, so that a browser asks for each only once.

The names are made when the site starts, of the files where they lie: there is no collectstatic step.
"""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

DIGITS = 12
OF_ITS_CONTENT = re.compile(rf"\.[0-9a-f]{{{DIGITS}}}(?=\.[^./]+$)")


@cache
def hashed_name(name: str) -> str:
    """Return the name of a static file with a hash of what is in it, or `name` itself where there is no such file."""
    found = finders.find(name)
    if not found:
        return name
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{sha256(Path(found).read_bytes()).hexdigest()[:DIGITS]}{path.suffix}"))


class HashedStorage(StaticFilesStorage):
    """What `{% static %}` asks: it names each file by its content, but for those who change the files just now."""

    def url(self, name: str | None) -> str:
        """Return the address of a static file."""
        return super().url(hashed_name(name) if name and not settings.DEBUG else name)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise is published without types
    """Serves each static file by its plain name for a minute, and by the name of its content for good."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        """Take a file up under both names."""
        hashed = self.static_prefix + hashed_name(url.removeprefix(self.static_prefix))
        for name in (url, hashed):
            super().add_file_to_dictionary(name, path, stat_cache)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve a static file, or pass the request on. A page from before an update gets what the file holds now."""
        asked = request.path_info
        if not self.autorefresh and asked.startswith(self.static_prefix) and asked not in self.files:
            request.path_info = OF_ITS_CONTENT.sub("", asked)
        response: HttpResponse = super().__call__(request)
        return response
