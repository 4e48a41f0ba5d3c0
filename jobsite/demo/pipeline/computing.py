"""The lab's own analysis: plain functions, which fail as such code fails."""

import os
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]
SATURATED_UV = 6000.0
GPU_GIB = 8.0
ROUND_S = 0.5
WORTH_MERGING = 2


class FitError(ValueError):
    """A curve could not be fitted."""


def whiten(signal: Signal) -> Signal:
    """Decorrelate the channels."""
    whitening = np.linalg.inv(np.cov(signal))
    whitened: Signal = whitening @ (signal - signal.mean(axis=1, keepdims=True))
    return whitened


def saturated_channels(signal: Signal) -> list[str]:
    """Return the channels that are beyond the amplifier's range, each with its peak."""
    peaks = np.abs(signal).max(axis=1)
    return [f"AP{channel:03d} ({peak:.0f} µV)" for channel, peak in enumerate(peaks) if peak > SATURATED_UV]


def spike_times(signal: Signal, threshold: float) -> list[NDArray[np.intp]]:
    """Return, for every channel that has any, the samples at which it goes beyond the threshold."""
    deviation = np.abs(signal - signal.mean(axis=1, keepdims=True)) / signal.std(axis=1, keepdims=True)
    found = [np.flatnonzero(channel > threshold) for channel in deviation]
    return [times for times in found if times.size]


def merge_clusters(counts: Sequence[int]) -> int:
    """Merge neighbours until no two are alike; return how many are left."""
    if len(counts) < WORTH_MERGING:
        return len(counts)
    return split_again(counts) if counts[0] == counts[1] else 1 + merge_clusters(counts[1:])


def split_again(counts: Sequence[int]) -> int:
    """Split what was merged by mistake. (Two units of equal size go back and forth between the two for ever.)"""
    return merge_clusters([*counts[1::-1], *counts[2:]])


def fit_psychometric(contrast: Sequence[float], correct: Sequence[bool]) -> tuple[float, float]:
    """Return threshold and slope of the choice over contrast, from the contrasts of the errors."""
    wrong = [value for value, right in zip(contrast, correct, strict=True) if not right]
    threshold = sum(wrong) / len(wrong)
    return threshold, 1 / (0.01 + abs(max(contrast) - threshold))


def infer_pose(duration_min: int, memory_gib: float) -> int:
    """Return how many frames the network looked at; it must fit into the GPU."""
    needed = memory_gib + duration_min / 40
    if needed > GPU_GIB:
        raise RuntimeError(
            f"CUDA out of memory. Tried to allocate {needed - memory_gib:.2f} GiB (GPU 0; {GPU_GIB:.2f} GiB total"
            f" capacity; {memory_gib:.2f} GiB already allocated; {GPU_GIB - memory_gib:.2f} GiB free)"
        )
    return duration_min * 60 * 30


def refine(still_there: Callable[[], object]) -> int:
    """Improve an estimate round by round for LAB_BUDGET_S seconds; return the number of rounds.

    `still_there` reads the source again in every round, so that a worker whose connection is killed notices.
    """
    give_up = time.monotonic() + float(os.environ.get("LAB_BUDGET_S", "5"))
    rounds = 0
    while time.monotonic() < give_up:
        still_there()
        time.sleep(ROUND_S)
        rounds += 1
    return rounds
