#!/usr/bin/env python
"""The commands of Jobsite: `python manage.py help` lists them."""

import os
import sys

import jobsite.startup  # noqa: F401  # remembers the environment as it is now
from jobsite.terminal.streams import open_closed_streams


def main() -> None:
    """Run the command named on the command line."""
    open_closed_streams()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    try:
        from jobsite.management.utility import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:  # where no command answers it yet, such as while Django starts
        sys.stderr.write("\nEnded by Ctrl-C.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
