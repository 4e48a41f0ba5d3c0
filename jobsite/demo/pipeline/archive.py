"""Where do the raw data of a session lie, and how are they read?"""

import csv
import datetime
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Key = dict[str, Any]


def session_folder(key: Key) -> Path:
    """Return the folder of a session on the lab's file server, named by LAB_ARCHIVE."""
    root = Path(os.environ.get("LAB_ARCHIVE", "/archive"))
    subject: str = key["subject"]
    start: datetime.datetime = key["session_start"]
    return root / subject / f"{start:%Y-%m-%d_%H%M}"


def load_signal(key: Key) -> NDArray[np.float64]:
    """Return a probe's signal as channels x samples, in microvolts."""
    signal: NDArray[np.float64] = np.load(session_folder(key) / f"probe{key['probe_number']}.npy")
    return signal


def read_trials(key: Key) -> list[dict[str, str]]:
    """Return the trials as the rig wrote them, one dict a line."""
    with (session_folder(key) / "trials.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
