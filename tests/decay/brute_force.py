"""The model once more, by brute force: curves drawn from the prior, and one dense multivariate normal for each of them.

Nothing of `decay` but the prior's numbers is used here, so that a mistake there cannot repeat itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decay.prior import Prior

Floats = NDArray[np.float64]

DRAWS = 60_000


@dataclass
class Drawn:
    """Curves drawn from the prior, and how they fit."""

    half_life: Floats  # of the current cycle
    end: Floats  # days after the last infusion; NaN where nothing has begun
    weight: Floats  # of responders, sums to the chance of being one
    level: float
    log_evidence: float
    peak_at_least_two: float
    in_a_week: Floats  # chances of the answers 0 to 10 seven days after the last score


def drawn_posterior(
    prior: Prior, infusions: Floats, days: Floats, burdens: Floats, *, cycle_start: float | None
) -> Drawn:
    """`cycle_start` None: one cycle. Else a second one begins there, and fades at a half-life of its own."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=(DRAWS, 5))
    steepness = prior.steepness * np.exp(prior.steepness_log_sd * z[:, 2])
    usual = prior.half_life_days * np.exp(prior.half_life_log_sd * z[:, 0]) * _pace(steepness)
    earlier = usual * np.exp(prior.cycle_log_sd * z[:, 3])
    now = usual * np.exp(prior.cycle_log_sd * z[:, 4])
    if cycle_start is None:
        earlier = now
    strength = prior.strength * np.exp(prior.strength_log_sd * z[:, 1])
    late = rng.random(DRAWS)
    first = np.select([late < prior.late_share * share for share in (1 / 3, 2 / 3, 1.0)], [3, 2, 1], 0)

    def fractions(times: Floats) -> Floats:
        """Benefit fraction under every draw: (draws, times)."""
        total = np.zeros((DRAWS, len(times)))
        for number, infusion in enumerate(infusions):
            begin = infusion if cycle_start is None else max(infusion, cycle_start)
            in_current = np.maximum(times - begin, 0.0)
            in_earlier = np.maximum(times - infusion, 0.0) - in_current
            left = 2 ** (-in_earlier / earlier[:, None] - in_current / now[:, None])
            risen = 1 - 2 ** (-np.maximum(times - infusion, 0.0) / prior.onset_half_time_days)
            counts = (times > infusion) & (first[:, None] <= number)
            total += np.where(counts, left * risen, 0.0)
        total = (total * strength[:, None]) ** steepness[:, None]
        return np.asarray(total / (1 + total))

    share, share_sd = prior.amplitude_share, prior.amplitude_share_sd
    variance = prior.untreated_level_sd**2
    mean = np.array([prior.untreated_level, share * prior.untreated_level])
    of_levels = np.array([[variance, share * variance], [share * variance, 0.0]])
    of_levels[1, 1] = share**2 * variance + share_sd**2 * (prior.untreated_level**2 + variance)
    # As many draws again of "infusions do nothing", each with a noise of its own.
    nothing = np.zeros((DRAWS, len(days)))
    f = np.vstack([fractions(days), nothing])
    f_week = np.vstack([fractions(days[-1:] + 7.0), nothing[:, :1]])
    design, design_week = (np.stack([np.ones_like(part), -part], axis=-1) for part in (f, f_week))
    sigma, ratio = _noise(prior, rng.normal(size=(2 * DRAWS, 2)))
    apart, ahead = np.abs(np.subtract.outer(days, days)), days[-1] + 7.0 - days
    slow, slow_week = (
        (sigma * ratio)[:, None, None] ** 2
        * (np.exp(-gap / prior.wander_days) + prior.drift_share * np.exp(-gap / prior.drift_days))
        for gap in (apart, ahead[None])
    )
    cov = design @ of_levels @ design.transpose(0, 2, 1) + slow
    cov += np.eye(len(days)) * sigma[:, None, None] ** 2
    gain = of_levels @ design.transpose(0, 2, 1)
    residual = burdens - design @ mean
    both = np.linalg.solve(cov, np.concatenate([residual[..., None], gain.transpose(0, 2, 1)], axis=2))
    fit = -0.5 * (np.linalg.slogdet(2 * np.pi * cov)[1] + (residual * both[..., 0]).sum(axis=1))
    weight = np.exp(fit - fit.max()) * np.repeat([prior.responder_share, 1 - prior.responder_share], DRAWS)
    log_evidence = float(fit.max() + np.log(weight.sum() / DRAWS))
    weight /= weight.sum()
    levels, left = mean + (gain @ both[..., :1])[..., 0], of_levels - gain @ both[..., 1:]
    cross = design_week @ gain + slow_week
    known = (cross @ np.linalg.solve(cov, cross.transpose(0, 2, 1)))[:, 0, 0]
    before = (design_week @ of_levels @ design_week.transpose(0, 2, 1))[:, 0, 0]
    means = (design_week @ mean)[:, 0] + (cross @ both[..., :1])[:, 0, 0]
    sds = np.sqrt(before + sigma**2 * (ratio**2 * (1 + prior.drift_share) + 1.0) - known - 1 / 12)
    ends, peaks = _windows(fractions, infusions)
    drawn = rng.choice(weight.size, 200_000, p=weight)
    amplitude = rng.normal(levels[drawn, 1], np.sqrt(left[drawn, 1, 1]))
    answers = np.clip(np.rint(rng.normal(means[drawn], sds[drawn])), 0, 10).astype(int)
    return Drawn(
        half_life=now,
        end=ends,
        weight=weight[:DRAWS],
        level=float((weight * levels[..., 0]).sum()),
        log_evidence=log_evidence,
        in_a_week=np.bincount(answers, minlength=11) / len(drawn),
        peak_at_least_two=float((amplitude * np.append(peaks, np.zeros(DRAWS))[drawn] >= 2).mean()),
    )


def _windows(fractions: object, infusions: Floats) -> tuple[Floats, Floats]:
    after = np.linspace(0.0, 400.0, 1601)
    course = fractions(infusions[-1] + after)  # type: ignore[operator]
    top = course.argmax(axis=1)
    peak = course[np.arange(len(course)), top]
    is_over = (course < 0.5 * peak[:, None]) & (np.arange(len(after)) > top[:, None])
    return np.where(peak > 0.0, after[is_over.argmax(axis=1)], np.nan), peak


def _pace(steepness: Floats) -> Floats:
    """Half-lives from an amount of 2 to half of its benefit, at steepness 1 over that at this one."""
    full = 2.0**steepness / (1 + 2.0**steepness)
    half = (0.5 * full / (1 - 0.5 * full)) ** (1 / steepness)
    return np.asarray(2.0 / np.log2(2.0 / half))


def _noise(prior: Prior, z: Floats) -> tuple[Floats, Floats]:
    """σ, and the ratio of the wander to it: wander and noise are independent log-normals, and where rounding adds to
    the noise, the wander keeps its ratio to it."""
    noise = prior.noise_sd * np.exp(prior.noise_log_sd * z[:, 0])
    wander = prior.wander_sd * np.exp(prior.wander_log_sd * z[:, 1])
    return np.sqrt(noise**2 + 1 / 12), wander / noise


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """Weighted quantile of those that are numbers."""
    known = ~np.isnan(values)
    values, weights = values[known], weights[known]
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order]) / weights.sum()
    return float(np.interp(level, cumulative, values[order]))
