"""The population's numbers re-estimated from the courses of one clinic, and shrunk to the literature.

Empirical Bayes: the prior under which all scores together are most likely, by expectation and maximisation (Dempster,
Laird & Rubin 1977). The literature takes part as patients who are known exactly and are just what it says
(`PSEUDO_PATIENTS`), which is the conjugate prior of these numbers: few patients move little, and patients whose scores
say nothing of a number do not move it. What is not named here (onset, steepness, lateness, time constants) stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, log, log1p, sqrt

from decay.bounds import within_bounds
from decay.course import Course
from decay.prior import Prior
from decay.told import Census, PaceGuess, Told, told_by

PSEUDO_PATIENTS = {
    "half_life": 8.0,
    "cycle": 4.0,
    "strength": 20.0,
    "noise": 10.0,
    "wander": 20.0,
    "untreated_level": 10.0,
    "amplitude_share": 10.0,
    "responder_share": 10.0,
}
"""How many patients the literature is worth, for each number (of `cycle`: how many cycles). A spread of 0.7 and eight
patients: the literature's median is taken to be right within 25 %. What scores tell badly gets more. (All are G.)"""

MOST_STEPS = 20
LEAST_GAIN = 0.1
"""In the logarithm of the density of all scores together: less is not worth another step over all patients."""
_GUESSES = 40
_NOBODY = Census(count=0.0, first=0.0, second=0.0)


def learn(courses: Sequence[Course], literature: Prior) -> Prior:
    """The prior that makes the courses, one at least, and the literature most likely; whatever priors they came with.

    No step is taken that makes them less likely. Pure and deterministic; some milliseconds a course and step.
    """
    prior, told = literature, told_by(courses, literature)
    likely = told.log_evidence + shrinkage(prior, literature)
    for _ in range(MOST_STEPS):
        ahead = _step(prior, told, literature)
        told = told_by(courses, ahead)
        gain = told.log_evidence + shrinkage(ahead, literature) - likely
        if gain > 0.0:
            prior, likely = ahead, likely + gain
        if gain < LEAST_GAIN:
            break
    return prior


def shrinkage(prior: Prior, literature: Prior) -> float:
    """Logarithm of the density, up to a constant, of the literature's patients under `prior`; highest at itself."""
    total = 0.0
    for name, (middle, spread) in _normals(prior).items():
        usual, usual_spread = _normals(literature)[name]
        total += _log_density(PSEUDO_PATIENTS[name], usual_spread**2 + (usual - middle) ** 2, spread)
    total += _log_density(PSEUDO_PATIENTS["cycle"], literature.cycle_log_sd**2, prior.cycle_log_sd)
    off = _amplitude_variance(literature) + (
        (literature.amplitude_share - prior.amplitude_share) ** 2 * _level_square(literature)
    )
    total += _log_density(PSEUDO_PATIENTS["amplitude_share"], off, sqrt(_amplitude_variance(prior)))
    share, usual_share = prior.responder_share, literature.responder_share
    entropy = usual_share * log(share) + (1.0 - usual_share) * log1p(-share)
    return total + PSEUDO_PATIENTS["responder_share"] * entropy


def _log_density(patients: float, square: float, spread: float) -> float:
    """Of so many normal numbers whose mean squared distance from the middle is `square`."""
    return -patients * (log(spread) + 0.5 * square / spread**2)


def _normals(prior: Prior) -> dict[str, tuple[float, float]]:
    """Middle and spread of what is normal between patients, or its logarithm is."""
    return {
        "half_life": (log(prior.half_life_days), prior.half_life_log_sd),
        "strength": (log(prior.strength), prior.strength_log_sd),
        "noise": (log(prior.noise_sd), prior.noise_log_sd),
        "wander": (log(prior.wander_sd), prior.wander_log_sd),
        "untreated_level": (prior.untreated_level, prior.untreated_level_sd),
    }


def _level_square(prior: Prior) -> float:
    return prior.untreated_level**2 + prior.untreated_level_sd**2


def _amplitude_variance(prior: Prior) -> float:
    """Of the amplitude around its share of the level."""
    return prior.amplitude_share_sd**2 * _level_square(prior)


def _step(prior: Prior, told: Told, literature: Prior) -> Prior:
    """The second half of expectation and maximisation: the numbers of a census of all patients and the literature's."""
    usual = _normals(literature)
    half_life, half_life_sd, cycle_sd = _paces(prior, told, literature)
    strength = _joined(told.strength, "strength", usual)
    noise, wander = _joined(told.noise, "noise", usual), _joined(told.wander, "wander", usual)
    level, level_sd = _joined(told.level, "untreated_level", usual)
    moved = replace(
        prior,
        half_life_days=exp(half_life),
        half_life_log_sd=half_life_sd,
        cycle_log_sd=cycle_sd,
        strength=exp(strength[0]),
        strength_log_sd=strength[1],
        noise_sd=exp(noise[0]),
        noise_log_sd=noise[1],
        wander_sd=exp(wander[0]),
        wander_log_sd=wander[1],
        untreated_level=level,
        untreated_level_sd=level_sd,
        responder_share=_responder_share(told, literature),
    )
    return within_bounds(_with_amplitudes(moved, told, literature), literature)


def _joined(census: Census, name: str, usual: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Middle and spread of the patients and the literature's together."""
    (middle, spread), patients = usual[name], PSEUDO_PATIENTS[name]
    count = census.count + patients
    joined = (census.first + patients * middle) / count
    square = census.around(joined) + patients * (spread**2 + (middle - joined) ** 2)
    return joined, sqrt(square / count)


def _paces(prior: Prior, told: Told, literature: Prior) -> tuple[float, float, float]:
    """Median of the half-lives' logarithms, and their spreads between patients and between a patient's cycles.

    What a cycle has of its patient and what of its own is not told by the scores, so that these would move slowly. The
    points of each fit are weighed anew by every guess at the three numbers, and the guess improved, many times over.
    """
    usual, cycles = _normals(literature), PSEUDO_PATIENTS["cycle"]
    before = guess = PaceGuess(log(prior.half_life_days), prior.half_life_log_sd, prior.cycle_log_sd)
    for _ in range(_GUESSES):
        of_patients, of_cycles, off = _NOBODY, cycles, cycles * literature.cycle_log_sd**2
        for paces in told.paces:
            census, square = paces.under(guess, before)
            of_patients += census
            of_cycles += paces.cycles * census.count
            off += square
        guess = PaceGuess(*_joined(of_patients, "half_life", usual), sqrt(off / of_cycles))
    return guess.middle, guess.spread, guess.own


def _with_amplitudes(prior: Prior, told: Told, literature: Prior) -> Prior:
    """Given the level's numbers: the amplitude is a share of it, and spreads around that."""
    patients, square = PSEUDO_PATIENTS["amplitude_share"], _level_square(literature)
    found, usual = told.amplitudes, literature.amplitude_share
    share = (found.level_amplitude + patients * usual * square) / (found.level_level + patients * square)
    off = found.around(share) + patients * ((usual - share) ** 2 * square + _amplitude_variance(literature))
    spread = sqrt(off / (found.count + patients) / _level_square(prior))
    return replace(prior, amplitude_share=share, amplitude_share_sd=spread)


def _responder_share(told: Told, literature: Prior) -> float:
    patients = PSEUDO_PATIENTS["responder_share"]
    return (told.responders + patients * literature.responder_share) / (told.infused + patients)
