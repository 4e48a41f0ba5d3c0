"""What has to be there before the site can be served? Each of these returns nothing, or raises NotServedError."""

from importlib.util import find_spec

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from jobsite.serving.address import Address, NotServedError


def check_gunicorn() -> None:
    """Look for the program that serves."""
    if find_spec("gunicorn") is None:
        raise NotServedError("gunicorn, which serves the site, is not installed: pip install -r requirements-serve.txt")


def check_debug(address: Address) -> None:
    """Look whether others could read the site's code and settings on its error pages."""
    if settings.DEBUG and not address.is_loopback:
        raise NotServedError(
            f"With JOBSITE_DEBUG=1 error pages show the site's code and settings, and others may reach {address}: "
            "leave it unset, or serve at 127.0.0.1."
        )


def check_migrations() -> None:
    """Look whether the site's own database has all of its tables."""
    try:
        executor = MigrationExecutor(connection)
        lacking = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        raise NotServedError(f"The site's own database cannot be read: {error}.") from None
    finally:
        connection.close()
    if lacking:
        raise NotServedError(
            "The site's own database is not as this version of Jobsite needs it: run manage.py migrate"
        )
