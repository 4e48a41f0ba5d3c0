"""How a web server finds the site."""

import os
import re
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from jobsite.addresses import below
from jobsite.call_stack import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
site = get_wsgi_application()

# Django decodes the address and the form by any codec of Python's that a request names, before there is a page to say
# what was wrong. HTML's forms are UTF-8 (HTML Standard, "URL-encoded form data"), so there is nothing to name.
CHARSET = re.compile(r";\s*charset\*?\d*\*?\s*=[^;]*", re.IGNORECASE)


@with_room
def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request, in UTF-8; the proxy may have taken the site's path off the address, or not."""
    path = below(settings.SITE_PATH, environ.get("PATH_INFO", ""))
    kind = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return site({**environ, "PATH_INFO": path, "CONTENT_TYPE": kind}, start_response)
