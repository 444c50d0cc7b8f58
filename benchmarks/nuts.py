"""The fit held against a long NUTS run of the same model, on simulated patients of the tuning seeds.

It needs packages that the project does not. In an environment of its own, with the checkout as the current folder:

    python3 -m venv ../nuts && ../nuts/bin/pip install --require-hashes -r benchmarks/nuts-requirements.txt
    ../nuts/bin/python -P benchmarks/nuts.py [--patients N] [--keep FOLDER]

A patient takes about a minute. `--keep` puts what NUTS drew into files, and
the next run takes it from there: so a changed fit is held against the same draws. Empty the folder when the prior or
the model changes.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path

import decay.fit  # noqa: E402
from benchmarks.nuts_patients import Patient, patients  # noqa: E402
from benchmarks.nuts_sampling import Drawn, Sampler  # noqa: E402
from benchmarks.nuts_table import Held, print_gaps, print_held, print_total  # noqa: E402
from decay.course import Course  # noqa: E402
from decay.curve import Floats  # noqa: E402
from decay.forecast import forecasts_of  # noqa: E402

MANY_POINTS: tuple[int, tuple[int, ...], int] = 4096, (8192,), 65536
"""In place of `FIRST, SEARCH, LAST` of `decay/fit.py`: about eighty times as many."""
DECILES = range(10, 100, 10)
REPEATS = 20


@dataclass(frozen=True)
class Runs:
    """NUTS in its two forms, each kept in a folder if one is given."""

    keep: Path | None
    samplers: dict[tuple[str, bool], Sampler]

    def of(self, patient: Patient, *, rounded: bool) -> Drawn:
        """The run over a patient."""
        kept = self.keep and self.keep / f"{patient.file_name}-{'rounded' if rounded else 'noise'}.npz"
        if kept and kept.exists():
            return Drawn.read(kept)
        kind = patient.case.group.course, rounded
        sampler = self.samplers.setdefault(kind, Sampler(rounded=rounded))
        drawn = sampler.drawn(patient.one_by_one, scores=patient.padded_to, seed=patient.number)
        if kept:
            drawn.write(kept)
        return drawn


def fitted(course: Course) -> Floats:
    """The deciles of the window's end that the fit gives, in days after the last infusion."""
    window = forecasts_of([course])[0].window
    assert window is not None
    return np.array([window.end_percentiles[level - 1] for level in DECILES])


@contextmanager
def many_points() -> Iterator[None]:
    """The fit with so many points that their number no longer matters."""
    usual = decay.fit.FIRST, decay.fit.SEARCH, decay.fit.LAST
    _lay(MANY_POINTS)
    try:
        yield
    finally:
        _lay(usual)


def _lay(points: tuple[int, tuple[int, ...], int]) -> None:
    for name, count in zip(("FIRST", "SEARCH", "LAST"), points, strict=True):
        setattr(decay.fit, name, count)


def held(patient: Patient, runs: Runs) -> Held:
    """A patient's deciles by NUTS and by the fit."""
    course = patient.course
    drawn = runs.of(patient, rounded=True)
    usual = fitted(course)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        fitted(course)
        seconds.append(time.perf_counter() - start)
    with many_points():
        many, alone = fitted(course), fitted(patient.one_by_one)
    return Held(
        patient=patient,
        drawn=drawn,
        usual=usual,
        many=many,
        alone=alone,
        seconds=float(np.median(seconds)),
    )


def main() -> int:
    """Prints a line for each patient, where gaps come from, and the total; 1 where a decile is off."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=50)
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    if wanted.keep:
        wanted.keep.mkdir(parents=True, exist_ok=True)
    runs = Runs(wanted.keep, {})
    all_held = []
    for patient in patients(wanted.patients):
        all_held.append(held(patient, runs))
        print_held(all_held[-1])
    as_noise = {one: runs.of(one.patient, rounded=False) for one in all_held if one.is_off_all_the_same}
    print_gaps(all_held, as_noise)
    return print_total(all_held)


if __name__ == "__main__":
    sys.exit(main())
