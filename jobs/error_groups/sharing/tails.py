"""How surprising is it that so many of what was drawn are marked? The exact tail of Fisher's test, in logarithms.

The hypergeometric distribution (R. A. Fisher, "The Logic of Inductive Inference", 1935). A site needs no more of
statistics than this sum, so that no library is loaded for it.
"""

from math import comb, exp, inf, lgamma, log, log1p

NEGLIGIBLE = 1e-12
"""Terms smaller than this part of the first change nothing that is said."""


def log_choose(of: int, chosen: int) -> float:
    """Return the logarithm of how many ways there are to choose so many; minus endless where there is none."""
    if not 0 <= chosen <= of:
        return -inf
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def log_tail(total: int, marked: int, drawn: int, hits: int) -> float:
    """Return the logarithm of the chance that `hits` or more of `drawn` are marked, where `marked` of `total` are.

    0.0 where it is certain, minus endless where it cannot be.
    """
    least, most = max(0, drawn + marked - total), min(marked, drawn)
    if hits <= least:
        return 0.0
    if hits > most:
        return -inf
    if hits * total < marked * drawn:  # the other tail is the smaller sum
        below = _log_sum_down(total, marked, drawn, hits - 1)
        return log1p(-min(exp(below), 1.0 - NEGLIGIBLE))
    return min(0.0, _log_sum_up(total, marked, drawn, hits))


def log_ways(kinds: int, chosen: int) -> float:
    """Return the logarithm of how many sets of `chosen` there are among `kinds`, of which there is at least one."""
    return log(max(1, comb(kinds, chosen)))


def _log_of(total: int, marked: int, drawn: int, hits: int) -> float:
    """Return the logarithm of the chance of exactly so many."""
    ways = log_choose(marked, hits) + log_choose(total - marked, drawn - hits)
    return ways - log_choose(total, drawn)


def _log_sum_up(total: int, marked: int, drawn: int, hits: int) -> float:
    """Return the logarithm of the sum over `hits` and more: each term is the one before it by a ratio."""
    term = added = 1.0
    for more in range(hits, min(marked, drawn)):
        term *= (marked - more) * (drawn - more) / ((more + 1) * (total - marked - drawn + more + 1))
        added += term
        if term < NEGLIGIBLE:
            break
    return _log_of(total, marked, drawn, hits) + log(added)


def _log_sum_down(total: int, marked: int, drawn: int, hits: int) -> float:
    """Return the logarithm of the sum over `hits` and fewer."""
    term = added = 1.0
    for fewer in range(hits, max(0, drawn + marked - total), -1):
        term *= fewer * (total - marked - drawn + fewer) / ((marked - fewer + 1) * (drawn - fewer + 1))
        added += term
        if term < NEGLIGIBLE:
            break
    return _log_of(total, marked, drawn, hits) + log(added)
