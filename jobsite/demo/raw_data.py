"""What did the rigs record, and what is wrong with it? Made up here, file by file; the pipeline only reads it."""

import csv
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHANNELS, SAMPLES = 128, 300
SIGNAL_FAULTS = ("missing", "truncated", "empty", "loud", "flat", "saturated", "twins", "saturated")
TRIAL_FAULTS = ("foreign", "perfect", "", "unknown column", "perfect")
FOREIGN_STIMULI = ("Grünes Gitter 45°→", "motif à damier", "сетка", "格子 90°", "grille ✨")
CONTRASTS = (0.06, 0.12, 0.25, 0.5, 1.0)
AMPLIFIER_UV, BROKEN_UV = 9000, 2_000_000


def write_session(folder: Path, number: int, probes: int, is_sound: bool) -> None:
    """Write a session's files; `number` chooses the faults, unless the session `is_sound`."""
    folder.mkdir(parents=True)
    for probe in range(probes):
        # Every other recording of a session that is not sound has a fault.
        fault = "" if is_sound or (number + probe) % 2 else SIGNAL_FAULTS[number % len(SIGNAL_FAULTS)]
        _write_signal(folder / f"probe{probe}.npy", fault, seed=number * probes + probe)
    trials = _trials("" if is_sound else TRIAL_FAULTS[number % len(TRIAL_FAULTS)], number)
    (folder / "trials.csv").write_text(trials, encoding="utf-8")


def restore_missing_files(archive: Path) -> int:
    """Put the files back that were missing on the file server; return how many there were."""
    missing = sorted(archive.glob("*/*/*.missing"))
    for path in missing:
        path.rename(path.with_suffix(".npy"))
    return len(missing)


def _write_signal(path: Path, fault: str, seed: int) -> None:
    buffer = io.BytesIO()
    np.save(buffer, _signal(fault, seed))
    content = buffer.getvalue()
    if fault == "truncated":
        content = content[: len(content) * 2 // 3]
    path.with_suffix(".missing" if fault == "missing" else ".npy").write_bytes(content)


def _signal(fault: str, seed: int) -> NDArray[np.float32]:
    """Return noise with spikes: on each of the first channels another number of them, unless two are twins."""
    random = np.random.default_rng(seed)
    signal = random.normal(0, 20, (CHANNELS, 0 if fault == "empty" else SAMPLES)).clip(-60, 60).astype(np.float32)
    for channel, spikes in enumerate((1, 2, 2, 3) if fault == "twins" else (1, 2, 3)):
        signal[channel, 10 : 10 + spikes * 20 : 20] = 1000
    if fault == "loud":
        signal[7, 40] = BROKEN_UV
    if fault == "flat":
        signal[11] = 0
    if fault == "saturated":
        signal[:, 50] = AMPLIFIER_UV
    return signal


def _trials(fault: str, number: int) -> str:
    random = np.random.default_rng(number)
    text = io.StringIO()
    names = ["stimulus", "contrast", "correct", *(["pupil_mm"] if fault == "unknown column" else [])]
    rows = csv.writer(text)
    rows.writerow(names)
    for trial in range(20):
        is_foreign = fault == "foreign" and trial == 12
        stimulus = FOREIGN_STIMULI[number // len(TRIAL_FAULTS) % len(FOREIGN_STIMULI)] if is_foreign else "grating"
        contrast = CONTRASTS[trial % len(CONTRASTS)]
        # The first trial is always missed, so that only a perfect session has no errors at all.
        correct = int(fault == "perfect" or (trial > 0 and random.random() < 0.5 + contrast / 2))
        rows.writerow([stimulus, contrast, correct, *(["2.4"] if fault == "unknown column" else [])])
    return text.getvalue()
