"""Made-up patients as lines for `./tidemark forecast` and `./tidemark evaluate`, each with what came true.

`.venv/bin/python -P benchmarks/lines.py [--patients N] [--condition C] [--course series] [--family model] [--held-out]
[--all-seeing]` prints one JSON object a line: each patient is asked about 3, 7, 14, 21 and 28 days after the last
infusion of each cycle, as long as no booster has come. A booster before the end censors it; of an infusion that does
nothing, both are null. `--all-seeing` gives the end that would have come without the booster, which only a laboratory
knows.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.asking import ASKED_DAYS, moment  # noqa: E402  # `-P` leaves the checkout out of the path
from decay.laboratory.bodies import NEW_CYCLE_GAP_DAYS, true_window_end  # noqa: E402
from decay.laboratory.cohorts import CONDITIONS, FAMILIES, Case, Group, draw_case  # noqa: E402
from decay.laboratory.courses import COURSES  # noqa: E402
from decay.laboratory.seeds import HELD_OUT_SEEDS, TUNING_SEEDS  # noqa: E402


def lines_of(case: Case, *, all_seeing: bool = False) -> Iterator[dict[str, object]]:
    """The lines of one patient, in the order of their days."""
    for given, booster in _cycles(case.infusions):
        end = true_window_end(case.body, given)
        for asked in ASKED_DAYS:
            if booster is None or given[-1] + asked < booster:
                cut = None if all_seeing else booster
                yield _line(case, given, given[-1] + asked, end, cut)


def _cycles(infusions: tuple[float, ...]) -> Iterator[tuple[tuple[float, ...], float | None]]:
    """The infusions up to each cycle's last one, and the booster that follows."""
    for number, day in enumerate(infusions, start=1):
        after = infusions[number] if number < len(infusions) else None
        if after is None or after - day > NEW_CYCLE_GAP_DAYS:
            yield infusions[:number], after


def _line(
    case: Case, given: tuple[float, ...], now: float, end: float | None, booster: float | None
) -> dict[str, object]:
    seen = end is not None and (booster is None or end <= booster)
    had = case.diary.until(now)
    return {
        "id": f"{case.group.condition}-{case.group.family}-{case.seed}",
        "condition": case.group.condition,
        "measure": case.measure,
        "infusions": [moment(day).isoformat() for day in given],
        "scores": [
            {"at": moment(day).isoformat(), "value": int(score)}
            for day, score in zip(had.days, had.scores, strict=True)
        ],
        "as_of": moment(now).isoformat(),
        "truth": {
            "window_end": moment(end).isoformat() if end is not None and seen else None,
            "censored_at": None if booster is None else moment(booster).isoformat(),
        },
    }


def main() -> int:
    """Prints the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--condition", choices=CONDITIONS, default="depression")
    parser.add_argument("--course", choices=COURSES, default="series")
    parser.add_argument("--family", choices=FAMILIES, default="model")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--all-seeing", action="store_true")
    wanted = parser.parse_args()
    group = Group(condition=wanted.condition, course=wanted.course, family=wanted.family)
    for seed in (HELD_OUT_SEEDS if wanted.held_out else TUNING_SEEDS)[: wanted.patients]:
        for line in lines_of(draw_case(group, seed), all_seeing=wanted.all_seeing):
            print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
