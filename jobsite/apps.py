"""What does the site do once, when it starts?"""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from jobsite.lab.tls import refuse_clear_text


class JobsiteConfig(AppConfig):
    """The site: what both apps stand on."""

    name = "jobsite"

    def ready(self) -> None:
        """Look at every new connection to the lab's server before it is used."""
        connection_created.connect(refuse_clear_text)
