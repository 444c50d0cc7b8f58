"""The model once more, by brute force: curves drawn from the prior, and one dense multivariate normal for each of them.

Nothing of `decay` but the prior's numbers is used here, so that a mistake there cannot repeat itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decay.prior import Prior

Floats = NDArray[np.float64]

DRAWS = 20_000


@dataclass
class Drawn:
    """Curves drawn from the prior, and how they fit."""

    half_life: Floats  # of the current cycle
    end: Floats  # days after the last infusion; NaN where nothing has begun
    weight: Floats  # of responders, sums to the chance of being one
    level: float
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
    f = np.vstack([fractions(days), np.zeros(len(days))])
    f_week = np.vstack([fractions(days[-1:] + 7.0), np.zeros(1)])
    design, design_week = (np.stack([np.ones_like(part), -part], axis=-1) for part in (f, f_week))
    curve_prior = np.full(DRAWS + 1, np.log(prior.responder_share / DRAWS))
    curve_prior[-1] = np.log(1 - prior.responder_share)
    residual = burdens - design @ mean
    found = []
    for sigma, ratio, log_size in _sizes(prior):
        apart, ahead = np.abs(np.subtract.outer(days, days)), days[-1] + 7.0 - days
        slow, slow_week = (
            sigma**2
            * (
                ratio**2 * np.exp(-gap / prior.wander_days)
                + prior.drift_share * np.exp(-gap / prior.drift_days)
            )
            for gap in (apart, ahead)
        )
        cov = design @ of_levels @ design.transpose(0, 2, 1) + slow + np.eye(len(days)) * sigma**2
        gain = of_levels @ design.transpose(0, 2, 1)
        both = np.linalg.solve(cov, np.concatenate([residual[..., None], gain.transpose(0, 2, 1)], axis=2))
        log_likelihood = -0.5 * (
            np.linalg.slogdet(2 * np.pi * cov)[1] + (residual * both[..., 0]).sum(axis=1)
        )
        cross = design_week @ gain + slow_week
        known = (cross @ np.linalg.solve(cov, cross.transpose(0, 2, 1)))[:, 0, 0]
        before = (design_week @ of_levels @ design_week.transpose(0, 2, 1))[:, 0, 0]
        left = of_levels - gain @ both[..., 1:]
        found.append(
            (
                log_likelihood + curve_prior + log_size,
                mean + (gain @ both[..., :1])[..., 0],
                np.sqrt(left[:, 1, 1]),
                (design_week @ mean)[:, 0] + (cross @ both[..., :1])[:, 0, 0],
                np.sqrt(before + sigma**2 * (ratio**2 + prior.drift_share + 1.0) - known),
            )
        )
    log_weight, levels, amplitude_sds, means, sds = (np.array(part) for part in zip(*found, strict=True))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    ends, peaks = _windows(fractions, infusions)
    cells = rng.choice(weight.size, 200_000, p=weight.ravel())
    size, curve = np.divmod(cells, weight.shape[1])
    amplitude = rng.normal(levels[size, curve, 1], amplitude_sds[size, curve])
    answers = np.clip(np.rint(rng.normal(means[size, curve], sds[size, curve])), 0, 10).astype(int)
    return Drawn(
        half_life=now,
        end=ends,
        weight=weight[:, :-1].sum(axis=0),
        level=float((weight * levels[..., 0]).sum()),
        in_a_week=np.bincount(answers, minlength=11) / len(cells),
        peak_at_least_two=float((amplitude * np.append(peaks, 0.0)[curve] >= 2).mean()),
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


def _sizes(prior: Prior) -> list[tuple[float, float, float]]:
    """σ, ratio of the wander to it, logarithm of the prior weight: the model's own nodes, written down anew."""
    noise, wander = prior.noise_log_sd, prior.wander_log_sd
    nodes = []
    for a in (-1.3, 0.0, 1.3):
        for b in (-2.0, -1.0, 0.0, 1.0, 2.0):
            log_ratio = np.hypot(noise, wander) * a
            slope = -(noise**2) / (noise**2 + wander**2)
            spread = noise * np.sqrt(1 - noise**2 / (noise**2 + wander**2))
            size = prior.noise_sd * np.exp(slope * log_ratio + spread * b)
            ratio = prior.wander_sd / prior.noise_sd * np.exp(log_ratio)
            nodes.append((float(np.sqrt(size**2 + 1 / 12)), float(ratio), -0.5 * (a * a + b * b)))
    return nodes


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """Weighted quantile of those that are numbers."""
    known = ~np.isnan(values)
    values, weights = values[known], weights[known]
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order]) / weights.sum()
    return float(np.interp(level, cumulative, values[order]))
