"""How often is the reason found that was planted in failing keys, and how often is one claimed where there is none?

`make bench BENCH=sharing ARGS="--number 2000"`. No server is asked. Prints the rates for each kind of reason, with a
tenth of failures that have nothing to do with it, and the seeds of the cases that went wrong.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence

from jobs.error_groups.sharing.finding import Found, find_shared
from tests.jobs.error_groups.sharing.made_cases import KINDS, Case, Maker

SEEDS_SHOWN = 8


def main() -> int:
    """Print the rates, and return 1 where they are worse than they should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=2_000, help="how many cases with a reason, and how many without")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.number)
    took: list[float] = []
    wrong = [seed for seed in seeds if timed(Maker(seed).without_reason(), took).claims]
    print(f"without a reason: {len(wrong)} of {len(seeds)} claim one ({percent(wrong, seeds)}), {wrong[:SEEDS_SHOWN]}")
    found, tried = found_reasons(seeds, took)
    print(f"with a reason: {found} of {tried} found where sizes allow it ({100 * found / max(1, tried):.2f} %)")
    print(f"CPU: median {sorted(took)[len(took) // 2] * 1000:.1f} ms, longest {max(took) * 1000:.0f} ms")
    return int(100 * len(wrong) > len(seeds) or 100 * found < 99 * tried)


def found_reasons(seeds: Sequence[int], took: list[float]) -> tuple[int, int]:
    """Return how many reasons were found, of how many that can be; print each kind."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    missed: dict[str, list[int]] = defaultdict(list)
    for seed in seeds:
        kind = KINDS[seed % len(KINDS)]
        case = Maker(seed).with_reason(kind)
        found = timed(case, took)
        is_found = case.is_found_by(found)
        is_other = bool(found.claims) and not any(map(case.is_meant_by, found.claims))
        here = (1, is_found, case.is_possible, case.is_possible and is_found, is_other)
        counts[kind] = [before + now for before, now in zip(counts[kind], here, strict=True)]
        if case.is_possible and not is_found:
            missed[kind].append(seed)
    for kind, (number, found_number, possible, found_of_them, other) in counts.items():
        print(
            f"{kind:10} {found_of_them} of {possible} possible ones, {found_number} of {number} of all sizes, "
            f"{other} another one; missed {missed[kind][:SEEDS_SHOWN]}"
        )
    return sum(here[3] for here in counts.values()), sum(here[2] for here in counts.values())


def timed(case: Case, took: list[float]) -> Found:
    """Return what is found in a case, and note how long it took of the processor, in seconds."""
    began = time.process_time()
    found = find_shared(case.failed, case.passed)
    took.append(time.process_time() - began)
    return found


def percent(some: Sequence[int], of: Sequence[int]) -> str:
    """Return a share in words."""
    return f"{100 * len(some) / max(1, len(of)):.2f} %"


if __name__ == "__main__":
    raise SystemExit(main())
