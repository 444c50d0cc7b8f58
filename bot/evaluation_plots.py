"""Plots of an evaluation, as PNG files. Only imported when somebody asks for plots: matplotlib takes a second."""

from collections.abc import Callable
from math import isnan
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.evaluate_command import NAMES
from care.evaluation import COVERAGES, Evaluation
from care.flag_record import USEFUL_DAYS
from care.judged_windows import PIT_BINS

OURS, OTHERS, RIGHT = "#1b6e8c", "#b8c4cc", "#c8553d"
_INCHES, _DOTS_AN_INCH = (6.4, 4.2), 120
_LEAD_BIN_DAYS = 2


def draw(found: Evaluation, folder: Path) -> list[Path]:
    """Draw all plots into `folder`, which is made if it is not there; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    plots: dict[str, Callable[[Axes, Evaluation], None]] = {
        "coverage": _coverage,
        "pit": _pit,
        "ends-within-7-days": _reliability,
        "ranked-score": _ranked_scores,
        "lead": _lead,
    }
    return [_drawn(found, plot, folder / f"{name}.png") for name, plot in plots.items()]


def _drawn(found: Evaluation, plot: Callable[[Axes, Evaluation], None], path: Path) -> Path:
    figure = Figure(figsize=_INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    plot(axes, found)
    figure.savefig(path, dpi=_DOTS_AN_INCH)
    return path


def _coverage(axes: Axes, found: Evaluation) -> None:
    names = [f"{share:.0%}" for share in COVERAGES]
    bars = axes.bar(names, [found.coverage[share] for share in COVERAGES], color=OURS, width=0.5)
    axes.bar_label(bars, fmt="%.2f", label_type="center", color="white")
    for place, share in enumerate(COVERAGES):
        label = "what it should be" if place == 0 else None
        axes.plot([place - 0.35, place + 0.35], [share, share], color=RIGHT, linewidth=2, label=label)
    axes.set(
        ylim=(0, 1.08),
        xlabel="interval",
        ylabel="share of ends inside",
        title="How often an interval holds the end",
    )
    axes.legend(loc="upper left", frameon=False)


def _pit(axes: Axes, found: Evaluation) -> None:
    middles = [(number + 0.5) / PIT_BINS for number in range(PIT_BINS)]
    axes.bar(middles, found.pit, width=0.92 / PIT_BINS, color=OURS)
    axes.axhline(1 / PIT_BINS, color=RIGHT, linewidth=2, label="what it should be")
    tallest = max((share for share in found.pit if not isnan(share)), default=1.0)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.25 * max(tallest, 1 / PIT_BINS)),
        xlabel="place of the end in its forecast (0 earliest, 1 latest)",
        ylabel="share of ends",
        title="Where ends lie in their forecasts",
    )
    axes.legend(loc="upper right", frameon=False)


def _reliability(axes: Axes, found: Evaluation) -> None:
    bins = found.reliability
    axes.plot([0, 1], [0, 1], color=RIGHT, linewidth=1.5, label="what it should be")
    heaviest = max(bins.weight, default=1.0)
    sizes = [20 + 180 * weight / heaviest for weight in bins.weight]
    axes.plot(bins.said, bins.came_true, color=OURS, linewidth=1)
    axes.scatter(bins.said, bins.came_true, s=sizes, color=OURS, label="forecasts (larger: more of them)")
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.05),
        xlabel="chance that was said",
        ylabel="share that came true",
        title="“Ends within 7 days”",
    )
    axes.legend(loc="upper left", frameon=False)


def _ranked_scores(axes: Axes, found: Evaluation) -> None:
    scores = {"Tidemark": found.model} | {NAMES[name]: one for name, one in found.baselines.items()}
    known = {name: one.ranked_score for name, one in scores.items() if not isnan(one.ranked_score)}
    colours = [OURS if name == "Tidemark" else OTHERS for name in known]
    bars = axes.barh(list(known), list(known.values()), color=colours)
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set(xlabel="ranked score, days (lower is better)", title="How far forecasts were off")


def _lead(axes: Axes, found: Evaluation) -> None:
    leads = found.flags.lead_days
    axes.axvspan(*USEFUL_DAYS, color=RIGHT, alpha=0.15, linewidth=0, label="useful: 2 to 14 days before")
    if leads:
        low, high = int(min(leads)) - _LEAD_BIN_DAYS, int(max(leads)) + _LEAD_BIN_DAYS
        axes.hist(
            leads, bins=range(low - low % 2, high + _LEAD_BIN_DAYS, _LEAD_BIN_DAYS), color=OURS, rwidth=0.92
        )
    axes.axvline(0, color="black", linewidth=1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(
        xlabel="days from flag to end (left of 0: too late)", ylabel="flags", title="How early flags came"
    )
    axes.legend(loc="upper right", frameon=False)
