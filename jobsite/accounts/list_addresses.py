"""The address of a list as it may be kept, or led back to: one of the site's own, wherever the site is found.

So a saved filter leads to no other site, and an answer to no page that a stranger has written into a link.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import Resolver404, get_script_prefix, resolve, reverse

from jobsite.pages.paging import PAGE_WORDS

LISTS = {"jobs:job_list": "Jobs", "errors:error_list": "Errors", "connections:connection_list": "Connections"}
"""The lists by the names of their views, and what they are called."""
ADDRESS_CHARS = 3500
"""Letters of a query string: gunicorn takes no request line that is longer than 4,094."""
OF_THE_MOMENT = PAGE_WORDS | {"open", "from"}
"""Words of an address that say where in a list somebody was."""
MOST_WORDS = 100
NO_LIST = "This is no address of a list of this site: open the list and save its filter there."
TOO_LONG = f"This filter is longer than {ADDRESS_CHARS:,} letters in the address, which is too long to be saved."


@dataclass(frozen=True)
class ListAddress:
    """A list by the name of its view, and a query string."""

    view: str
    query: str

    @classmethod
    def read(cls, address: str) -> "ListAddress":
        """Return the list that an address of this site leads to. Raises ValueError with one sentence."""
        try:
            parts = urlsplit(address)
            view = resolve(f"/{parts.path.removeprefix(get_script_prefix())}").view_name
            words = parse_qsl(parts.query, max_num_fields=MOST_WORDS)
            query = urlencode([(word, value) for word, value in words if word not in OF_THE_MOMENT])
        except (ValueError, Resolver404):
            raise ValueError(NO_LIST) from None
        if parts.scheme or parts.netloc or view not in LISTS or not parts.path.startswith(get_script_prefix()):
            raise ValueError(NO_LIST)
        if len(query) > ADDRESS_CHARS:
            raise ValueError(TOO_LONG)
        return cls(view, query)

    @property
    def path(self) -> str:
        """The address, below the path where the site is found now."""
        return f"{reverse(self.view)}?{self.query}" if self.query else reverse(self.view)


def own_list(address: str) -> str:
    """Return the address of the list to lead back to; '' where it is none of this site's."""
    try:
        return ListAddress.read(address).path if address else ""
    except ValueError:
        return ""
