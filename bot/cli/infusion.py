"""`infusion add`."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AT_EXAMPLE, AsJson, moment
from bot.cli.typed import Commands
from db.access import patient_by_code_as_operator
from flow import infuse

OUTCOMES = {
    infuse.Outcome.RECORDED: "",
    infuse.Outcome.CONFIRMED: ", confirmed",
    infuse.Outcome.CHANGED: ", changed",
    infuse.Outcome.ALREADY: ", recorded already: nothing was changed",
}

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

    async def work(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            patient = await patient_by_code_as_operator(session, code)
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
        status = "planned" if planned else "given"
        at = record.at.isoformat()
        facts = {"id": str(record.infusion_id), "code": patient.code, "at": at, "status": status}
        before = f" (until now {record.before.isoformat()})" if record.before is not None else ""
        line = f"{patient.code}: infusion {status}, {at}{OUTCOMES[record.outcome]}{before}"
        return Answer({**facts, "outcome": record.outcome}, [line])

    at_desk(work, as_json=as_json)
