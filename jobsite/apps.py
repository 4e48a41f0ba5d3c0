"""What does the site do once, when it starts?"""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from jobsite.lab.tls import refuse_clear_text
from jobsite.pages.logging_in import write_failures


class JobsiteConfig(AppConfig):
    """The site: what both apps stand on."""

    name = "jobsite"

    def ready(self) -> None:
        """Look at every new connection to the lab's server before it is used; write failed log-ins to the log."""
        connection_created.connect(refuse_clear_text)
        write_failures()
