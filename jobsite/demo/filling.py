"""What is in the lab before anybody computes? Animals, weights, sessions and recordings, and the files behind them."""

import datetime
import os
import uuid
from pathlib import Path
from typing import Any

from jobsite.demo.accounts import Accounts
from jobsite.demo.raw_data import write_session

Row = dict[str, Any]
ANIMALS = ("M012", "M014", "M017", "M019", "M021", "M023", "M025", "M028")
SESSIONS, LONG_SESSIONS, PROBES, WEIGHINGS = 6, 2, 2, 8
MODELS = (("small network", 2.1), ("large network", 6.5))
SPACE = uuid.UUID("6f1c3c2e-8f0b-4c0e-9d6a-2a5f7e1b9c40")


def fill(accounts: Accounts, archive: Path) -> None:
    """Declare the pipeline as alice, insert what people enter by hand, write the raw data, ignore hopeless keys."""
    _point_datajoint_at(accounts)
    os.environ["LAB_ARCHIVE"] = str(archive)
    from jobsite.demo.pipeline import behavior, ephys
    from jobsite.demo.pipeline.archive import session_folder

    behavior.Subject.insert(_subjects())
    behavior.Weighing.insert(_weighings())
    behavior.PoseModel.insert((uuid.uuid5(SPACE, name), name, gib) for name, gib in MODELS)
    sessions = _sessions()
    behavior.Session.insert(sessions)
    for number, session in enumerate(sessions):
        is_sound = number % SESSIONS >= SESSIONS - LONG_SESSIONS
        write_session(session_folder(session), number, PROBES, is_sound)
    ephys.Recording.insert(_recordings(sessions))
    for session in sessions[3 * SESSIONS - 1 :: 2 * SESSIONS]:
        key = {"subject": session["subject"], "session_start": session["session_start"]}
        behavior.schema.jobs.ignore(behavior.Pose.table_name, {**key, "model_id": uuid.uuid5(SPACE, MODELS[1][0])})
    # The site's account is granted DELETE on both jobs tables, which must exist for that.
    len(ephys.schema.jobs)


def _point_datajoint_at(accounts: Accounts) -> None:
    """Settings of a lab's own that DataJoint read from a file must not lead the demo anywhere else."""
    import datajoint as dj

    dj.config["database.host"], dj.config["database.port"] = "127.0.0.1", accounts.port
    dj.config["database.user"], dj.config["database.password"] = "alice", accounts.passwords["alice"]
    dj.config["database.use_tls"] = False
    dj.logger.setLevel("ERROR")


def _today() -> datetime.datetime:
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)


def _subjects() -> list[Row]:
    born = _today().date() - datetime.timedelta(days=160)
    return [
        {
            "subject": name,
            "sex": "FM"[number % 2],
            "born_on": born + datetime.timedelta(days=number),
            "baseline_g": 24 + number % 3,
        }
        for number, name in enumerate(ANIMALS)
    ]


def _weighings() -> list[Row]:
    """Return a weight a day for each animal; now and then one is too light."""
    return [
        {
            "subject": name,
            "weighed_on": _today().date() - datetime.timedelta(days=WEIGHINGS - day),
            "weight_g": round((24 + number % 3) * (0.74 if (number + 3 * day) % 11 == 0 else 0.93), 1),
        }
        for number, name in enumerate(ANIMALS)
        for day in range(WEIGHINGS)
    ]


def _sessions() -> list[Row]:
    """Return each animal's sessions, a day apart; the last ones are long."""
    return [
        {
            "subject": name,
            "session_start": _today() - datetime.timedelta(days=SESSIONS - day, minutes=-35 * number),
            "rig": f"rig {1 + number % 3}",
            "duration_min": 100 + 15 * day if day >= SESSIONS - LONG_SESSIONS else 45 + 12 * ((number + day) % 3),
        }
        for number, name in enumerate(ANIMALS)
        for day in range(SESSIONS)
    ]


def _recordings(sessions: list[Row]) -> list[Row]:
    return [
        {
            "subject": session["subject"],
            "session_start": session["session_start"],
            "probe_number": probe,
            "probe": "Neuropixels 2.0" if probe else "Neuropixels 1.0",
        }
        for session in sessions
        for probe in range(PROBES)
    ]
