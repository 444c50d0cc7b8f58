"""What `learn-prior` found out, for people and for scripts: numbers in use and numbers learnt, side by side."""

from collections.abc import Mapping

from care.own_prior import ENOUGH_ANSWERS, FEWEST_PATIENTS, Decision, Population, Study, numbers_of
from care.patient import Condition
from flow.own_priors import NOTHING_KEPT

WORDS = {
    "half_life_days": ("half-life, median", "days"),
    "half_life_log_sd": ("half-life, between patients", "log-SD"),
    "cycle_log_sd": ("half-life, between a patient's cycles", "log-SD"),
    "strength": ("strength of one infusion, median", "half-effect amounts"),
    "strength_log_sd": ("strength, between patients", "log-SD"),
    "responder_share": ("in whom infusions do something", "share of patients"),
    "amplitude_share": ("greatest benefit, mean", "share of untreated level"),
    "amplitude_share_sd": ("greatest benefit, between patients", "SD"),
    "untreated_level": ("untreated level, mean", "points of burden"),
    "untreated_level_sd": ("untreated level, between patients", "SD"),
    "noise_sd": ("noise of one answer, median", "points"),
    "noise_log_sd": ("noise, between patients", "log-SD"),
    "wander_sd": ("slow wander, median", "points"),
    "wander_log_sd": ("slow wander, between patients", "log-SD"),
}
"""What each number is, and its unit, in the order of the table."""

KINDS = {
    "short": "short infusions",
    "continuous": "first continuous courses",
    "continuous_again": "later continuous courses",
}
CONDITIONS = {
    Condition.DEPRESSION: "depression",
    Condition.CRPS: "CRPS",
    Condition.CHRONIC_PAIN: "chronic pain",
}


def name_of(population: Population) -> str:
    """Like "Mood in depression, short infusions"."""
    condition = CONDITIONS[population.condition]
    return f"{population.measure.capitalize()} in {condition}, {KINDS[population.kind]}"


def facts_of(population: Population) -> dict[str, object]:
    """Which population it is, for a script."""
    return {
        "condition": population.condition.value,
        "measure": population.measure.value,
        "kind": population.kind,
    }


def study_facts(study: Study, kept: Mapping[Population, int]) -> dict[str, object]:
    """One study, for a script."""
    judged = study.held_out
    return {
        **facts_of(study.population),
        "decision": study.decision.value,
        "version": kept.get(study.population),
        "patients": study.patients,
        "answers": study.answers,
        "in_use": numbers_of(study.before),
        "learnt": None if study.learnt is None else numbers_of(study.learnt),
        "held_out": None
        if judged is None
        else {
            "log_score_in_use": judged.before,
            "log_score_learnt": judged.learnt,
            "gain_per_patient": judged.gain,
            "standard_error": judged.error,
        },
    }


def lines_of(study: Study, versions: Mapping[Population, int], kept: Mapping[Population, int]) -> list[str]:
    """One study, for people: whose answers, the numbers side by side, how well they foretell, and what came of it."""
    head = f"{name_of(study.population)}: {study.patients} patients, {study.answers} answers"
    in_use = _in_use(study, versions.get(study.population, NOTHING_KEPT))
    return [head, *_table(study, in_use), *_held_out(study), said(study, versions, kept)]


def said(study: Study, versions: Mapping[Population, int], kept: Mapping[Population, int]) -> str:
    """What was decided, in one sentence."""
    match study.decision:
        case Decision.TOO_FEW:
            return (
                f"Too few to learn from: it takes {FEWEST_PATIENTS} patients with {ENOUGH_ANSWERS} answers "
                "and an infusion each."
            )
        case Decision.NOT_BETTER:
            return "Not kept: patients held out are not foretold better by more than the standard error."
        case Decision.KEPT:
            number = versions.get(study.population, NOTHING_KEPT) + 1
            is_kept = (
                f"Kept as version {number}" if study.population in kept else f"Better (version {number})"
            )
            return f"{is_kept}: patients held out are foretold better by more than the standard error."


def _in_use(study: Study, version: int) -> str:
    return "literature" if study.before == study.population.literature else f"version {version}"


def _held_out(study: Study) -> list[str]:
    if (judged := study.held_out) is None:
        return []
    return [
        f"Held out, log score of an answer: {judged.before:.4f} in use, {judged.learnt:.4f} learnt; "
        f"gain for a patient {judged.gain:+.2f} ± {judged.error:.2f}"
    ]


def _table(study: Study, in_use: str) -> list[str]:
    if study.learnt is None:
        return []
    from rich.console import Console  # takes as long to load as all the rest of a command
    from rich.table import Table

    table = Table("", "Unit", box=None, pad_edge=False)
    for heading in (f"In use: {in_use}", "Learnt"):
        table.add_column(heading, justify="right")
    before, learnt = numbers_of(study.before), numbers_of(study.learnt)
    for name, words in WORDS.items():
        table.add_row(*words, f"{before[name]:.2f}", f"{learnt[name]:.2f}")
    console = Console(width=120, markup=False)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]
