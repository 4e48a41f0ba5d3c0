"""The process that `manage.py serve` becomes. It imports no Django: what serves does, and is renewed by SIGHUP."""

import sys
from pathlib import Path

# As for manage.py: not this folder, nor the one where the command was given, whose modules could hide ours.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from jobsite.serving.server import main  # noqa: E402

main()
