"""What the fit held against NUTS prints: how far deciles are off, and where that comes from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.nuts_patients import Patient
from benchmarks.nuts_sampling import LEVELS, Drawn, deciles, errors_of, tolerance
from benchmarks.table import Figure, print_table
from decay.curve import Floats

TIMES_FASTER = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Held:
    """A patient's deciles of the window's end, in days after the last infusion: all (9,)."""

    patient: Patient
    drawn: Drawn
    usual: Floats
    """The fit as it is."""
    many: Floats
    """The fit with many points."""
    alone: Floats
    """The same, with every score by itself, none of them pooled."""
    seconds: float
    """Of one fit and forecast."""

    @property
    def nuts(self) -> Floats:
        """Deciles."""
        return deciles(self.drawn.windows)

    @property
    def halves(self) -> tuple[Floats, Floats]:
        """Deciles of each half of NUTS' chains."""
        chains = len(self.drawn.windows)
        return deciles(self.drawn.windows[: chains // 2]), deciles(self.drawn.windows[chains // 2 :])

    @property
    def is_off_all_the_same(self) -> bool:
        """Whether any decile is, with many points and nothing pooled."""
        return bool((~within(self.alone, self.nuts)).any())


def within(days: Floats, of: Floats) -> NDArray[np.bool_]:
    """Which deciles are as near as they must be."""
    return np.asarray(np.abs(days - of) <= tolerance(of))


def print_held(one: Held) -> None:
    """A line for a patient."""
    off = one.usual / one.nuts - 1.0
    worst = int(np.abs(off).argmax())
    first, second = one.halves
    print(
        f"{one.patient.name:38} {len(one.patient.course.usable_days):3} scores, {one.patient.ends:2} at an end;"
        f" median {one.nuts[4]:5.1f} d; within {within(one.usual, one.nuts).sum()} of 9,"
        f" mean off {100 * np.abs(off).mean():4.1f} %, worst {100 * off[worst]:+5.1f} % at {LEVELS[worst]:.1f};"
        f" many points, not pooled {100 * np.abs(one.alone / one.nuts - 1.0).max():4.1f} %;"
        f" NUTS: ESS {one.drawn.effective_size:5.0f}, r-hat {one.drawn.r_hat:.3f},"
        f" halves {100 * np.abs(first / second - 1.0).mean():3.1f} %, {one.drawn.diverged} diverged,"
        f" {one.drawn.seconds:4.0f} s against {1000 * one.seconds:4.1f} ms",
        flush=True,
    )


def print_gaps(all_held: list[Held], drawn_as_noise: dict[Held, Drawn]) -> None:
    """Every decile that is off, and what each approximation of the fit has to do with it, one after the other.

    `drawn_as_noise`: what NUTS draws if rounding is taken as the fit takes it, as a little more noise, but scores at an
    end exactly, of those who are off even with many points and nothing pooled.
    """
    print(
        "\nDeciles that are off: days by NUTS and by the fit, by how much, and which part of that is due to the"
    )
    print("number of points and to pooling; the rest, where it is too much by itself, to ends and rounding")
    for one in all_held:
        ends = deciles(drawn_as_noise[one].windows) if one in drawn_as_noise else None
        for place in np.flatnonzero(~(within(one.usual, one.nuts) & within(one.alone, one.nuts))).tolist():
            print(_gap(one, place, None if ends is None else float(ends[place])))


def _gap(one: Held, place: int, ends: float | None) -> str:
    nuts, usual, many, alone = (part[place] for part in (one.nuts, one.usual, one.many, one.alone))
    error = errors_of(one.drawn.windows)[place]
    of_rest = (
        ""
        if ends is None
        else f" (ends {_percent(alone - ends, nuts)}, rounding {_percent(ends - nuts, nuts)})"
    )
    return (
        f"{one.patient.name:38} {LEVELS[place]:.1f}: {nuts:6.2f} {usual:6.2f}, off {_percent(usual - nuts, nuts)}:"
        f" points {_percent(usual - many, nuts)}, pooling {_percent(many - alone, nuts)},"
        f" rest {_percent(alone - nuts, nuts)}{of_rest}; NUTS' own error {100.0 * error / nuts:.1f}"
    )


def _percent(days: float, of: float) -> str:
    return f"{100.0 * days / of:+5.1f} %"


def print_total(all_held: list[Held]) -> int:
    """The figures over all patients; 1 where one misses its target."""
    nuts = np.stack([one.nuts for one in all_held])
    halves = [np.stack(part) for part in zip(*(one.halves for one in all_held), strict=True)]
    few_ends = np.array([one.patient.ends <= 1 for one in all_held])
    print()
    figures = _figures("the fit", np.stack([one.usual for one in all_held]), nuts, few_ends)
    figures += _figures("with many points", np.stack([one.many for one in all_held]), nuts, few_ends)
    figures += _figures("many points, not pooled", np.stack([one.alone for one in all_held]), nuts, few_ends)
    figures += _figures("NUTS' one half against the other", halves[0], halves[1], few_ends)
    sizes = [one.drawn.effective_size for one in all_held]
    seconds = np.array([[one.drawn.seconds, one.seconds] for one in all_held])
    times = float(np.median(seconds[:, 0] / seconds[:, 1]))
    return print_table(
        [
            *figures,
            Figure("NUTS: least effective size of log window", None, None, min(sizes), None),
            Figure("NUTS: median effective size of log window", None, None, float(np.median(sizes)), None),
            Figure("NUTS: highest r-hat", None, 1.01, max(one.drawn.r_hat for one in all_held), None),
            Figure("seconds: one NUTS run, median", None, None, float(np.median(seconds[:, 0])), None),
            Figure(
                "seconds: one fit and forecast, median", None, None, float(np.median(seconds[:, 1])), None
            ),
            Figure("NUTS' seconds over the fit's: median", TIMES_FASTER, None, times, None),
        ]
    )


def _figures(what: str, days: Floats, of: Floats, few_ends: NDArray[np.bool_]) -> list[Figure]:
    """Over all patients' deciles (P, 9)."""
    near, off = within(days, of), np.abs(days / of - 1.0)
    at = np.unravel_index(off.argmax(), off.shape)
    target = 1.0 if what == "the fit" else None
    kinds = {"all": np.ones_like(few_ends), "at most one score at an end": few_ends, "more": ~few_ends}
    figures = [
        Figure(
            f"{what}: share of deciles within 0.5 d or 5 %, {kind} ({those.sum()})",
            target,
            None,
            float(near[those].mean()),
            None,
        )
        for kind, those in kinds.items()
    ]
    return [
        *figures,
        Figure(
            f"{what}: share of patients with all deciles within",
            target,
            None,
            float(near.all(axis=1).mean()),
            None,
        ),
        Figure(f"{what}: mean relative difference", None, None, float(off.mean()), None),
        Figure(f"{what}: mean signed difference", None, None, float((days / of - 1.0).mean()), None),
        Figure(f"{what}: worst, at decile {LEVELS[at[1]]:.1f}", None, None, float(off[at]), None),
    ]
