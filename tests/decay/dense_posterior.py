"""The model once more, by brute force: one dense multivariate normal for every point of a fine grid.

Nothing of `decay` but the prior's numbers is used here, so that a mistake there cannot repeat itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decay.prior import Prior

Floats = NDArray[np.float64]


@dataclass
class Dense:
    """Marginal posterior over the curves, and two figures."""

    half_life: Floats  # of the current cycle
    end: Floats  # days after the last infusion
    weight: Floats  # of responders, sums to the chance of being one
    level: float
    peak_at_least_two: float
    in_a_week: Floats  # chances of the answers 0 to 10 seven days after the last score


def dense_posterior(
    prior: Prior, infusions: Floats, days: Floats, burdens: Floats, *, cycle_start: float | None
) -> Dense:
    """`cycle_start` None: one cycle. Else a second one begins there, and fades at a half-life of its own."""
    spread, usual_sd = prior.cycle_log_sd * np.sqrt(2), prior.half_life_log_sd
    usual_z, deviation_z = np.linspace(-3.2, 3.2, 27), np.linspace(-2.6, 2.6, 11)
    if cycle_start is None:
        usual_sd = float(np.hypot(prior.half_life_log_sd, prior.cycle_log_sd))
        usual_z, deviation_z = np.linspace(-3.5, 3.5, 61), np.zeros(1)
    strength_z, noise_z = np.linspace(-3.2, 3.2, 19), np.linspace(-2.6, 2.6, 13)
    zs = np.stack(np.meshgrid(usual_z, deviation_z, strength_z, indexing="ij"), -1).reshape(-1, 3)
    usual = prior.half_life_days * np.exp(usual_sd * zs[:, 0])
    now = usual * np.exp(spread * zs[:, 1])
    strength = prior.strength * np.exp(prior.strength_log_sd * zs[:, 2])
    log_prior = -0.5 * (zs**2).sum(axis=1)
    log_prior -= np.log(np.exp(log_prior).sum())
    log_noise = -0.5 * noise_z**2 - np.log(np.exp(-0.5 * noise_z**2).sum())

    def fractions(times: Floats) -> Floats:
        """Benefit fraction under every curve: (len(zs), len(times))."""
        total = np.zeros((len(zs), len(times)))
        for infusion in infusions:
            begin = infusion if cycle_start is None else max(infusion, cycle_start)
            in_current = np.maximum(times - begin, 0.0)
            in_earlier = np.maximum(times - infusion, 0.0) - in_current
            left = 2 ** (-in_earlier / usual[:, None] - in_current / now[:, None])
            risen = 1 - 2 ** (-np.maximum(times - infusion, 0.0) / prior.onset_half_time_days)
            total += np.where(times > infusion, left * risen, 0.0)
        total *= strength[:, None]
        shares: Floats = total / (1 + total)
        return shares

    share, share_sd = prior.amplitude_share, prior.amplitude_share_sd
    variance = prior.untreated_level_sd**2
    mean = np.array([prior.untreated_level, share * prior.untreated_level])
    prior_cov = np.array([[variance, share * variance], [share * variance, 0.0]])
    prior_cov[1, 1] = share**2 * variance + share_sd**2 * (prior.untreated_level**2 + variance)
    wander = prior.wander_sd**2 * np.exp(-np.abs(np.subtract.outer(days, days)) / prior.wander_days)
    f = np.vstack([fractions(days), np.zeros(len(days))])
    design = np.stack([np.ones_like(f), -f], axis=-1)
    curve_prior = np.append(np.log(prior.responder_share) + log_prior, np.log(1 - prior.responder_share))
    residual = burdens - design @ mean
    log_weight, levels, amplitudes, amplitude_sds, means, sds = [], [], [], [], [], []
    week = days[-1:] + 7.0
    f_week = np.vstack([fractions(week), np.zeros(1)])
    design_week = np.stack([np.ones_like(f_week), -f_week], axis=-1)
    wander_week = prior.wander_sd**2 * np.exp(-np.abs(week - days) / prior.wander_days)
    for k, sd in enumerate(prior.noise_sd * np.exp(prior.noise_log_sd * noise_z)):
        noise = wander + np.eye(len(days)) * (sd**2 + 1 / 12)
        cov = design @ prior_cov @ design.transpose(0, 2, 1) + noise
        solved = np.linalg.solve(cov, residual[..., None])[..., 0]
        log_likelihood = -0.5 * (np.linalg.slogdet(2 * np.pi * cov)[1] + (residual * solved).sum(axis=1))
        log_weight.append(log_likelihood + curve_prior + log_noise[k])
        gain = prior_cov @ design.transpose(0, 2, 1)
        update = (gain @ solved[..., None])[..., 0]
        cross = design_week @ prior_cov @ design.transpose(0, 2, 1) + wander_week
        known = (cross @ np.linalg.solve(cov, cross.transpose(0, 2, 1)))[:, 0, 0]
        before = (design_week @ prior_cov @ design_week.transpose(0, 2, 1))[:, 0, 0]
        means.append((design_week @ mean)[:, 0] + (cross @ solved[..., None])[:, 0, 0])
        sds.append(np.sqrt(before + prior.wander_sd**2 + sd**2 + 1 / 12 - known))
        posterior_cov = prior_cov - gain @ np.linalg.solve(cov, gain.transpose(0, 2, 1))
        levels.append(mean[0] + update[:, 0])
        amplitudes.append(mean[1] + update[:, 1])
        amplitude_sds.append(np.sqrt(posterior_cov[:, 1, 1]))
    weight = np.exp(np.array(log_weight) - np.max(log_weight))
    weight /= weight.sum()

    after = np.linspace(0.0, 120.0, 1501)
    ends, peaks = np.empty(len(zs)), np.empty(len(zs))
    course = fractions(infusions[-1] + after)
    for row, benefit in enumerate(course):
        top = int(benefit.argmax())
        below = benefit[top:] < 0.5 * benefit[top]
        ends[row], peaks[row] = after[top + int(below.argmax())] if below.any() else np.inf, benefit[top]
    rng = np.random.default_rng(0)
    cells = rng.choice(weight.size, 200_000, p=weight.ravel())
    size, curve = np.divmod(cells, weight.shape[1])
    drawn = rng.normal(np.array(amplitudes)[size, curve], np.array(amplitude_sds)[size, curve])
    return Dense(
        half_life=now,
        end=ends,
        weight=weight[:, :-1].sum(axis=0),
        level=float((weight * np.array(levels)).sum()),
        in_a_week=np.bincount(
            np.clip(
                np.rint(rng.normal(np.array(means)[size, curve], np.array(sds)[size, curve])), 0, 10
            ).astype(int),
            minlength=11,
        )
        / len(cells),
        peak_at_least_two=float((drawn * np.append(peaks, 0.0)[curve] >= 2).mean()),
    )


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """Weighted quantile."""
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order]) / weights.sum()
    return float(np.interp(level, cumulative, values[order]))
