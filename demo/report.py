"""The figures for people, in a screenful."""

from demo.figures import Figures, RaisedFlag

SIMULATED = "SIMULATED: a clinic that does not exist, and nobody here is a patient."


def report(figures: Figures) -> str:
    """What happened, in plain text."""
    return "\n".join([*_head(figures), "", *_counts(figures), "", *_flags(figures)])


def _head(figures: Figures) -> list[str]:
    played = f"{_count(figures.days, 'day')}, {_count(figures.patients, 'patient')}, seed {figures.seed}"
    return [f"Tidemark demo. {SIMULATED}", f"{played}, played in {figures.wall_seconds:.1f} s."]


def _counts(figures: Figures) -> list[str]:
    prompts, scores = figures.prompts, figures.scores
    share = f" ({100 * prompts.answered / prompts.sent:.0f} %)" if prompts.sent else ""
    rows = {
        "Check-ins": f"{prompts.due:,} due: {prompts.sent:,} sent, {prompts.undeliverable:,} could not be delivered",
        "": f"{prompts.answered:,} answered{share}, {prompts.expired:,} not; {prompts.duplicates} asked twice",
        "Scores": f"{scores.given:,} tapped, {scores.stored:,} stored, {scores.wrong} wrong",
        "Infusions": f"{figures.infusions:,} given",
        "Forecasts": f"{figures.fits:,} made",
        "Digests": f"on {_count(figures.digests, 'day')}",
        "Crises": f"{figures.crisis_replies} answered at once",
        "Errors": f"{figures.errors}",
    }
    return [f"{name:<11}{text}" for name, text in rows.items()]


def _flags(figures: Figures) -> list[str]:
    if not figures.flags:
        return ["No flag was raised."]
    return [
        f"Flags       {len(figures.flags)} raised. Lead: days until the benefit truly falls below half of its peak.",
        f"            {'patient':<9}{'measure':<9}{'raised, day':>12}{'true end':>10}{'lead':>8}",
        *(_flag(flag) for flag in figures.flags),
    ]


def _flag(flag: RaisedFlag) -> str:
    end = "no benefit" if flag.true_end_day is None else f"{flag.true_end_day:.1f}"
    lead = "" if flag.lead_days is None else f"{flag.lead_days:+.1f}"
    return f"            {flag.patient:<9}{flag.measure:<9}{flag.raised_day:>12.1f}{end:>10}{lead:>8}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
