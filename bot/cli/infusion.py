"""`infusion add`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.answers import Answer, on_the_wall
from bot.cli.desk import Desk, at_desk
from bot.cli.failures import Unusable
from bot.cli.options import AT_EXAMPLE, AsJson, moment, usage
from bot.cli.typed import Commands
from care.errors import Refused
from care.infusion import check_dose
from db import infusions
from db.access import PatientRef, patient_by_code_as_operator
from db.infusions import Details
from flow import infuse

OUTCOMES = {
    infuse.Outcome.RECORDED: "",
    infuse.Outcome.CONFIRMED: ", confirmed",
    infuse.Outcome.CHANGED: ", changed",
    infuse.Outcome.ALREADY: ", recorded already: nothing was changed",
}

IN_OUR_WORDS = {
    "refused-infusion-future": "That time lies ahead. To plan an infusion, add --planned.",
    "refused-plan-past": "A plan must lie ahead. To record an infusion that took place, leave out --planned.",
}
"""Where the chat has buttons, whoever types has options."""

app = Commands(help="Record infusions, or plan them.")


class Route(StrEnum):
    """How ketamine is given."""

    IV = "iv"
    IM = "im"
    SC = "sc"
    NASAL = "nasal"
    ORAL = "oral"
    SUBLINGUAL = "sublingual"


At = Annotated[
    str,
    typer.Option("--at", metavar="TIME", help=f"When it began, with its offset: {AT_EXAMPLE}."),
]
Planned = Annotated[
    bool, typer.Option("--planned", help="It is still to come; a clinician confirms it by `Given`.")
]
Dose = Annotated[
    float | None, typer.Option("--dose-mg-per-kg", metavar="X", help="Dose in mg per kg body weight.")
]
Minutes = Annotated[int | None, typer.Option("--minutes", metavar="M", help="How long it took, in minutes.")]


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The patient's code.")],
    at: At,
    planned: Planned = False,
    dose_mg_per_kg: Dose = None,
    minutes: Minutes = None,
    route: Annotated[Route, typer.Option(help="How it was given.")] = Route.IV,
    as_json: AsJson = False,
) -> None:
    """Record an infusion, or plan one.

    No question is asked on its day, and the forecast starts from it.

    \b
    Example:
      ./tidemark infusion add K7F3Q --at 2026-01-08T10:00:00+01:00 --dose-mg-per-kg 0.5 --minutes 40
    """
    began = moment(at, "--at")
    with usage("--minutes"):
        check_dose(None, minutes)
    with usage("--dose-mg-per-kg"):
        check_dose(dose_mg_per_kg, minutes)

    async def work(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            patient = await patient_by_code_as_operator(session, code)
            with _in_our_words():
                record = await infuse.add(
                    session,
                    patient,
                    began,
                    planned=planned,
                    dose_mg_per_kg=dose_mg_per_kg,
                    minutes=minutes,
                    route=route,
                    by=None,
                    now=desk.now(),
                )
            given = await infusions.details_of(session, record.infusion_id)
        return _answer(patient, record, given, "planned" if planned else "given")

    at_desk(work, as_json=as_json)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        if refusal.words in IN_OUR_WORDS:
            raise Unusable(IN_OUR_WORDS[refusal.words]) from None
        raise


def _answer(patient: PatientRef, record: infuse.Record, given: Details, status: str) -> Answer:
    """What stands on that day now, on the patient's clock."""
    when = on_the_wall(record.at, patient.timezone)
    before = f" (until now {on_the_wall(record.before, patient.timezone)})" if record.before else ""
    stated = ", ".join([when, *_stated(given)])
    facts = {"id": str(record.infusion_id), "code": patient.code, "at": record.at.isoformat()}
    return Answer(
        {**facts, "timezone": patient.timezone, "status": status, **asdict(given), "outcome": record.outcome},
        [f"{patient.code}: infusion {status}, {stated}{OUTCOMES[record.outcome]}{before}"],
    )


def _stated(given: Details) -> list[str]:
    dose = f"{given.dose_mg_per_kg:g} mg/kg" if given.dose_mg_per_kg is not None else ""
    lasted = f"over {given.minutes} {'minute' if given.minutes == 1 else 'minutes'}" if given.minutes else ""
    return [one for one in (" ".join(filter(None, (dose, lasted))), given.route) if one]
