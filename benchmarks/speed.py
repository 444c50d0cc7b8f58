"""How fast forecasts are made: many at once, one refit, and what more scores cost.

`.venv/bin/python -P benchmarks/speed.py [--patients N]`, on a machine that does nothing else. Beside seconds stands the
ratio to a yardstick of plain numpy that runs in turn with them, so that a slower or busier machine slows both.
"""

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the cores are shared out by patients
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  # `-P` leaves the checkout out of the path
import psutil  # noqa: E402

from benchmarks.asking import CORES, in_parallel, moment  # noqa: E402
from benchmarks.table import Figure, print_table  # noqa: E402
from care.benefit import BenefitForecast, CourseHistory, ScoreAt, benefit_forecast, benefit_forecasts  # noqa: E402
from care.infusion import GivenInfusion  # noqa: E402
from care.patient import Condition, Measure  # noqa: E402
from decay.laboratory.literature import DEPRESSION  # noqa: E402
from decay.simulate import draw_scores, draw_truth  # noqa: E402

SCORES, MANY_SCORES = 90, 720
SERIES = (7.4, 9.4, 11.4, 14.4, 16.4, 18.4)
BOOSTERS = 4
BATCH = 50
YARDSTICK = np.linspace(-5.0, 5.0, 200_000)


def history(seed: int, scores: int) -> CourseHistory:
    """Ten infusions and so many daily scores of a made-up patient."""
    dice = np.random.default_rng(seed)
    body = draw_truth(dice, DEPRESSION, best_is_ten=True)
    days = np.arange(scores, dtype=np.float64) + 0.75
    given = (*SERIES, *(np.linspace(35, scores - 10, BOOSTERS).round() + 0.4).tolist())
    values = draw_scores(body, given, days, dice)
    return CourseHistory(
        condition=Condition.DEPRESSION,
        measure=Measure.MOOD,
        infusions=tuple(GivenInfusion(moment(day)) for day in given),
        scores=tuple(ScoreAt(moment(day), value) for day, value in zip(days, values, strict=True)),
    )


def forecasts_of(histories: list[CourseHistory]) -> list[BenefitForecast]:
    """What the batch command does with so many patients."""
    return benefit_forecasts([(one, moment(SCORES)) for one in histories])


def batch_seconds(seed: int) -> float:
    """Seconds for one batch on one core, while the other core works too."""
    histories = [history(BATCH * seed + number, SCORES) for number in range(BATCH)]
    start = time.perf_counter()
    forecasts_of(histories)
    return time.perf_counter() - start


def refit_seconds(scores: int, repeats: int) -> tuple[list[float], list[float]]:
    """Seconds of single refits with forecast, and of the yardstick in turn with them."""
    refits, yards = [], []
    for seed in range(repeats):
        one = history(seed, scores)
        start = time.perf_counter()
        benefit_forecast(one, moment(scores))
        between = time.perf_counter()
        np.exp(YARDSTICK).sum()
        refits.append(between - start)
        yards.append(time.perf_counter() - between)
    return refits, yards


def main() -> int:
    """Prints the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1000)
    wanted = parser.parse_args()
    first, _ = refit_seconds(SCORES, 1)
    refits, yards = refit_seconds(SCORES, 200)
    longer, _ = refit_seconds(MANY_SCORES, 30)
    batches = in_parallel(batch_seconds, range(wanted.patients // BATCH), chunksize=1)
    rate = CORES * BATCH / float(np.mean(batches))
    middle, slow = np.quantile(refits, [0.5, 0.95])
    growth = float(np.median(longer) / middle)
    name = f"{SCORES} scores, {len(SERIES) + BOOSTERS} infusions"
    megabytes = psutil.Process().memory_info().rss / 2**20
    return print_table(
        [
            Figure(f"forecasts a second, two cores: {name}", 1000, None, rate, None),
            Figure("seconds for 100,000 patients: two cores", None, 240, 100_000 / rate, None),
            Figure(f"refit, milliseconds: p50, {name}", None, None, 1000 * middle, None),
            Figure(f"refit, milliseconds: p95, {name}", None, 5.0, 1000 * slow, None),
            Figure("refit / yardstick: p50", None, None, float(middle / np.median(yards)), None),
            Figure(
                f"cost of more scores: {MANY_SCORES} for {SCORES}, over the ratio of the scores",
                None,
                1.2,
                growth * SCORES / MANY_SCORES,
                None,
            ),
            Figure("first forecast, seconds: imports included", None, 1.0, first[0], None),
            Figure("memory, megabytes: this process", None, 1000, megabytes, None),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
