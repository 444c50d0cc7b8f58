"""The picture in the terminal: each patient's line, and beside it what the clinician's phone shows."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import ConsoleDimensions, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from care.patient import Condition, Measure
from db import flags
from demo.cast import CHEN, CLINIC_NAME, CLINIC_ZONE, DAY, day_of
from demo.director import Play
from demo.patients import MadeUpPatient
from demo.telegram import SeenMessage

WIDE = 110
HEADER, FRAME, TABLE_HEAD = 3, 2, 2
CHAT_SHARE = 0.38
SHORT = {Condition.DEPRESSION: "depr", Condition.CRPS: "crps", Condition.CHRONIC_PAIN: "pain"}
WORDS = {
    "no_infusion": "no infusion",
    "too_early": "too early",
    "not_responding": "no response",
    "not_known": "not known",
}
STYLES = {"fading": "bold yellow", "ended": "bold red", "responding": "green"}
LOUD = ("flag", "page", "blocks the bot", "deletes the account", "writes")
FRESH = timedelta(hours=3)


@dataclass(frozen=True)
class Happening:
    """Something that a made-up person did, or that came about for one."""

    at: datetime
    code: str
    what: str


async def picture(
    play: Play, latest: Mapping[str, Happening], happenings: Sequence[Happening], size: ConsoleDimensions
) -> RenderableType:
    """The whole screen as it is at this moment."""
    chat_width = int(size.width * CHAT_SHARE) if size.width < WIDE else 46
    rows = size.height - HEADER - FRAME - TABLE_HEAD
    forecasts = await _forecasts(play)
    layout = Layout()
    layout.split_column(Layout(_header(play), size=HEADER), Layout(name="body"))
    layout["body"].split_row(
        Layout(_patients(play, forecasts, latest, rows, wide=size.width >= WIDE)),
        Layout(_chat(play, chat_width - 4, size.height - HEADER - FRAME), size=chat_width),
    )
    return layout


def _header(play: Play) -> RenderableType:
    local = play.clock.now().astimezone(ZoneInfo(CLINIC_ZONE))
    day = int(day_of(play.clock.now()))
    words = Text(" SIMULATED ", style="bold black on yellow")
    words.append(f"  day {day} of {play.script.days}  {local:%a %d %b %H:%M}", style="bold")
    words.append(f"  {CLINIC_NAME}. Ctrl-C ends it.", style="dim")
    words.no_wrap, words.overflow = True, "ellipsis"
    return Panel(words, border_style="yellow")


async def _forecasts(play: Play) -> dict[tuple[str, str], Text]:
    clinic_id = play.team.office.clinic_id
    if clinic_id is None:
        return {}
    async with play.service.database.reading() as session:
        return {
            (patient.code, fit.measure): _forecast(fit.status, fit.end_low_at, fit.end_high_at)
            for fit, patient in await flags.fits_of_clinic(session, clinic_id)
        }


def _patients(
    play: Play,
    forecasts: Mapping[tuple[str, str], Text],
    latest: Mapping[str, Happening],
    rows: int,
    *,
    wide: bool,
) -> RenderableType:
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name in ("code", "for", "day") if wide else ("code", "for"):
        table.add_column(name, no_wrap=True)
    for name in ("mood", "pain") if wide else ("m", "p"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("half the benefit gone" if wide else "half gone", no_wrap=True, min_width=13)
    table.add_column("what happened", no_wrap=True, overflow="ellipsis", ratio=1)
    known = [patient for patient in play.patients if patient.code]
    shown = _worth_a_line(known, latest, rows)
    for patient in shown:
        table.add_row(*_line(patient, forecasts, latest.get(patient.code), play.clock.now(), wide=wide))
    rest = len(known) - len(shown)
    title = f"patients ({rest} quieter ones not shown)" if rest else "patients"
    return Panel(table, title=title, title_align="left", border_style="dim")


def _worth_a_line(
    patients: Sequence[MadeUpPatient], latest: Mapping[str, Happening], rows: int
) -> list[MadeUpPatient]:
    """As many as fit, those with the newest happenings, each always in the same order."""

    def newest(patient: MadeUpPatient) -> float:
        happening = latest.get(patient.code)
        return happening.at.timestamp() if happening is not None else 0.0

    chosen = sorted(patients, key=newest, reverse=True)[: max(rows, 1)]
    return sorted(chosen, key=lambda patient: patient.character.number)


def _line(
    patient: MadeUpPatient,
    forecasts: Mapping[tuple[str, str], Text],
    happening: Happening | None,
    now: datetime,
    *,
    wide: bool,
) -> list[RenderableType]:
    treated = Measure.MOOD if patient.character.condition is Condition.DEPRESSION else Measure.PAIN
    days = int((now - patient.character.invited_at) / DAY)
    return [
        Text(patient.code, style="bold"),
        SHORT[patient.character.condition],
        *([str(days)] if wide else []),
        *(_last_score(patient, measure) for measure in Measure),
        forecasts.get((patient.code, treated), ""),
        _what(happening, now),
    ]


def _last_score(patient: MadeUpPatient, measure: Measure) -> str:
    days = [day for known, day in patient.tapped if known is measure]
    return str(patient.tapped[measure, max(days)]) if days else ""


def _forecast(status: str, low: datetime | None, high: datetime | None) -> Text:
    if status in WORDS or low is None or high is None:
        return Text(WORDS.get(status, status), style="dim")
    low, high = (moment.astimezone(ZoneInfo(CLINIC_ZONE)) for moment in (low, high))
    until = f"{high.day} {high:%b}"
    words = f"{low.day}–{until}" if low.month == high.month else f"{low.day} {low:%b}–{until}"
    return Text(words, style=STYLES.get(status, ""))


def _what(happening: Happening | None, now: datetime) -> Text:
    if happening is None:
        return Text("")
    if happening.what.startswith(LOUD):
        return Text(happening.what, style="bold red" if now - happening.at < DAY else "red")
    return Text(happening.what, style="" if now - happening.at < FRESH else "dim")


def _chat(play: Play, width: int, height: int) -> RenderableType:
    lines: list[Text] = []
    for message in reversed(play.team.desks[CHEN.user_id].phone.messages):
        if len(lines) >= height:
            break
        lines = [*_message(message, width), *lines]
    return Panel(
        Text("\n").join(lines[-height:]), title=f"{CHEN.name}'s chat", title_align="left", border_style="cyan"
    )


def _message(message: SeenMessage, width: int) -> list[Text]:
    local = message.date.astimezone(ZoneInfo(CLINIC_ZONE))
    who = "bot" if message.from_bot else CHEN.name
    lines = [Text(f"{local:%d %b %H:%M} {who}", style="dim")]
    for paragraph in message.text.splitlines():
        lines += [Text(line) for line in textwrap.wrap(paragraph, width)]
    for row in message.buttons:
        lines.append(Text(" ".join(f"[{label}]" for label in row)[:width], style="cyan"))
    return [*lines, Text("")]
