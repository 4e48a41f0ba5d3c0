"""Where is a message kept until the next page shows it? In a cookie of the site's own name, which needs no database.

Two sites on one host would take each other's by Django's own name; that a record cannot be written is told as well.
"""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class SiteCookieStorage(CookieStorage):
    """Keeps messages in the site's cookie."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class MessageStorage(FallbackStorage):
    """Keeps messages in the cookie, and in the session those that are too long for it."""

    storage_classes = (SiteCookieStorage, SessionStorage)
