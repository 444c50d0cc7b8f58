"""`./tidemark evaluate`: past forecasts beside what came true, as one object and as a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

import numpy as np

from bot.forecast_command import error_line
from care.evaluation import Evaluation, evaluate
from care.evaluation_lines import read_evaluated
from care.forecast_lines import BadLineError
from care.judged import Judged
from care.judged_windows import Scored

_DECIMALS = 4
MANY_CUT_OFF = 0.2
NAMES = {
    "fixed_interval": "one interval for all",
    "own_last_window": "the patient's last window",
    "smoothed_threshold": "threshold on smoothed score",
    "least_squares": "least squares per patient",
}
"""The baselines in words."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an evaluation found. `errors` are the lines that could not be used, each as `forecast` would say it."""

    lines: int
    evaluation: Evaluation
    errors: tuple[str, ...]
    without_infusion: int
    """Lines that know no infusion by their `as_of`."""
    without_truth: int
    """Lines whose truth names neither an end nor a booster."""


def evaluated(source: Iterable[bytes], *, kept: float = 0.5) -> Outcome:
    """Forecast each line of `source` and judge all together; empty lines are passed over.

    `lines` counts those that could be used. Some milliseconds of computing for each.
    """
    lines, judged, errors = 0, list[Judged](), list[str]()
    for bare in source:
        if not bare.strip():
            continue
        try:
            line = read_evaluated(bare)
        except BadLineError as problem:
            errors.append(error_line(problem))
            continue
        lines += 1
        one = Judged.of(line, kept=kept)
        judged += [] if one is None else [one]
    return Outcome(
        lines=lines,
        evaluation=evaluate(judged),
        errors=tuple(errors),
        without_infusion=lines - len(judged),
        without_truth=sum(isnan(one.left_on) for one in judged),
    )


def as_object(outcome: Outcome) -> dict[str, object]:
    """The contract's object; what there was nothing to judge by is null."""
    found = outcome.evaluation
    leads = found.flags.lead_days
    return {
        "lines": outcome.lines,
        "judged": found.judged,
        "censored": found.judged - found.seen,
        "coverage": {f"{share:.2f}": _rounded(holds) for share, holds in found.coverage.items()},
        **_scored(found.model),
        "calibration_slope": _rounded(found.calibration_slope),
        "pit": [_rounded(share) for share in found.pit],
        "flags": found.flags.flags,
        "useful_flags": _rounded(found.flags.useful_share),
        "late_flags": _rounded(found.flags.late_share),
        "false_flags_per_patient_month": _rounded(found.flags.false_per_patient_month),
        "lead_days": None if not leads else _leads(leads),
        "baselines": {name: _scored(scored) for name, scored in found.baselines.items()},
        "not_judged": {"no_infusion": outcome.without_infusion, "no_truth": outcome.without_truth},
        "unusable_lines": len(outcome.errors),
    }


def as_table(outcome: Outcome) -> list[str]:
    """The same for people."""
    found = outcome.evaluation
    if not found.judged:
        if not outcome.lines:
            return ["There was no line that could be used, so there is no figure."]
        return [*_not_judged(outcome), "No line could be judged, so there is no figure."]
    cut = found.judged - found.seen
    rows = [
        f"{outcome.lines} lines; {found.judged} of them judged, in {cut} a booster came before the end was seen.",
        *_not_judged(outcome),
        "",
        *(
            f"{f'{share:.0%} interval holds the end':<34}{_shown(holds)}"
            for share, holds in found.coverage.items()
        ),
        f"{'calibration slope, ends in 7 days':<34}{_shown(found.calibration_slope)}   (1 is right)",
        f"{'end lies in tenth 1 to 10':<34}{' '.join(_shown(share) for share in found.pit)}",
        "",
        f"{'':<34}{'ranked score':>14}{'error, days':>14}{'Brier, 7 days':>15}",
        _row("Tidemark", found.model),
        *(_row(NAMES[name], scored) for name, scored in found.baselines.items()),
        "",
        f"{'flags':<34}{found.flags.flags}",
        f"{'flagged 2 to 14 days before':<34}{_shown(found.flags.useful_share)}   of the ends that were seen",
        f"{'flagged after the end':<34}{_shown(found.flags.late_share)}",
        f"{'false flags a patient-month':<34}{_shown(found.flags.false_per_patient_month)}",
    ]
    if found.flags.lead_days:
        low, middle, high = _leads(found.flags.lead_days).values()
        rows.append(f"{'days from flag to end':<34}{middle:.1f}   (four in five: {low:.1f} to {high:.1f})")
    return rows


def _not_judged(outcome: Outcome) -> list[str]:
    """How many lines could be used and tell nothing, and why."""
    reasons = {
        "without an infusion by its as_of": outcome.without_infusion,
        "whose truth names neither an end nor a booster": outcome.without_truth,
    }
    told = [f"{count} {why}" for why, count in reasons.items() if count]
    not_judged = outcome.without_infusion + outcome.without_truth
    return [f"Not judged: {not_judged} of {outcome.lines}; {', '.join(told)}."] if told else []


def cautions(outcome: Outcome) -> list[str]:
    """What should be known before the figures are believed."""
    found = outcome.evaluation
    if found.judged - found.seen <= MANY_CUT_OFF * found.judged:
        return []
    return [
        "In more than a fifth of the lines a booster came before the end was seen. Others stand in for them; "
        "if boosters came because the end was near, chances look higher here than they were."
    ]


def _leads(leads: tuple[float, ...]) -> dict[str, float]:
    return {f"{level:.2f}": round(float(np.quantile(leads, level)), _DECIMALS) for level in (0.1, 0.5, 0.9)}


def _scored(scored: Scored) -> dict[str, float | None]:
    return {
        "ranked_score": _rounded(scored.ranked_score),
        "mae_days": _rounded(scored.mae_days),
        "brier_7d": _rounded(scored.brier_7d),
    }


def _row(name: str, scored: Scored) -> str:
    numbers = _shown(scored.ranked_score), _shown(scored.mae_days), _shown(scored.brier_7d)
    return f"{name:<34}{numbers[0]:>14}{numbers[1]:>14}{numbers[2]:>15}"


def _rounded(number: float) -> float | None:
    return None if isnan(number) else round(number, _DECIMALS)


def _shown(number: float) -> str:
    return "–" if isnan(number) else f"{number:.2f}"
