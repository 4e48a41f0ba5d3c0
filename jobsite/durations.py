"""How is a length of time written and read: `3 min` on the screen, `24h` in the URL?"""

import re

MINUTE_S, HOUR_S, DAY_S, WEEK_S = 60, 3600, 86_400, 604_800
UNITS_S = {"s": 1, "m": MINUTE_S, "h": HOUR_S, "d": DAY_S, "w": WEEK_S}
LONGEST_S = 100 * 366 * DAY_S

DURATION = re.compile(r"(\d{1,10})\s*([smhdw])?", re.ASCII)
WHOLE_OR_NOTHING = r"\s*(0{1,10}|[0-9]{1,10}\s*[smhdwSMHDW])?\s*"
"""The pattern of a box for a length of time: what stands there before it is whole does not match."""


def read_duration_s(text: str) -> int:
    """Return the seconds of `90s`, `15m`, `24h`, `7d`, `2w`; 0 needs no unit. Raises ValueError with one sentence."""
    found = DURATION.fullmatch(text.strip().lower())
    if found and int(found[1]) and not found[2]:  # 8 hours were meant, perhaps, and 8 seconds would be had
        raise ValueError("“{0}” has no unit: write {0}s, {0}m or {0}h.".format(found[1]))
    seconds = int(found[1]) * UNITS_S[found[2] or "s"] if found else LONGEST_S + 1
    if seconds > LONGEST_S:
        raise ValueError(f"“{text[:40]}” is not a length of time: write 90s, 15m, 24h, 7d or 2w.")
    return seconds


def read_setting_s(name: str, text: str, *, may_be_nothing: bool = False) -> int:
    """Return the seconds of a length of time that the setting `name` holds. Raises ValueError with one sentence."""
    try:
        seconds = read_duration_s(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not seconds and not may_be_nothing:
        raise ValueError(f"{name} must be longer than nothing: write 30m, 12h or 7d.")
    return seconds


def say_duration(seconds: float) -> str:
    """Return two units at most: `12 s`, `3 min`, `2 h 5 min`, `2 d 4 h`."""
    whole = max(0, int(seconds))
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min"
    if whole < DAY_S:
        return _two(whole, HOUR_S, "h", MINUTE_S, "min")
    return _two(whole, DAY_S, "d", HOUR_S, "h")


def say_exactly(seconds: int) -> str:
    """Return every unit that is not nought: `1 min 30 s`, `1 h 30 min`; for what somebody asked for."""
    parts = []
    for unit_s, name in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min"), (1, "s")):
        count, seconds = divmod(seconds, unit_s)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts) or "0 s"


def _two(seconds: int, large_s: int, large: str, small_s: int, small: str) -> str:
    rest = seconds % large_s // small_s
    return f"{seconds // large_s} {large}" + (f" {rest} {small}" if rest else "")
