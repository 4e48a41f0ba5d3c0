#!/usr/bin/env python
"""The commands of Jobsite: `python manage.py help` lists them."""

import os
import sys

import jobsite.startup  # noqa: F401  # remembers the environment as it is now


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    from jobsite.management.utility import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
