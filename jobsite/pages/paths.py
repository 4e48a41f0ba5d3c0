"""How does any name of the lab's server stand in a URL's path?

MySQL lets a name hold slashes, dots alone, or nothing; browsers and servers would change those on the way.
"""

from django.urls import register_converter

ESCAPES = {"~": "~0", "/": "~1", "\\": "~4"}
EMPTY, DOT = "~2", "~3"


class NameConverter:
    """A schema, a table or a hash as one segment of a path."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the name a segment stands for."""
        plain = value.replace(EMPTY, "").replace(DOT, ".")
        for character, escape in reversed(ESCAPES.items()):
            plain = plain.replace(escape, character)
        return plain

    def to_url(self, value: str) -> str:
        """Return the segment for a name."""
        if not value:
            return EMPTY
        if not value.strip("."):
            return value.replace(".", DOT)
        return "".join(ESCAPES.get(character, character) for character in value)


register_converter(NameConverter, "name")


def write_names(*names: str) -> str:
    """Return names as segments, fit for a path and for a query string once they are quoted."""
    return "/".join(map(NameConverter().to_url, names))


def read_names(text: str, number: int) -> list[str]:
    """Return the `number` names of some segments, or [] when there are more or fewer."""
    segments = text.split("/")
    return [NameConverter().to_python(segment) for segment in segments] if len(segments) == number else []
