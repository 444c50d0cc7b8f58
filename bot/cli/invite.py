"""`invite clinician` and `invite patient`."""

import random
from datetime import datetime
from typing import Annotated

import typer

from bot.cli.answers import Answer, on_the_wall
from bot.cli.desk import Desk, at_desk
from bot.cli.link import Links, links_for
from bot.cli.options import AsJson, Clinic, clinic_id, measures, zone
from bot.cli.typed import Commands
from care.patient import Condition, Role
from db import clinics
from flow import enrol

app = Commands(help="Invite clinicians and patients by a link that works once.")

MOST_AT_ONCE = 1000

Measures = Annotated[
    str,
    typer.Option("--measures", metavar="LIST", help="What is asked each day, in order: mood, pain or both."),
]
Zone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="TZ", help="The patient's IANA zone.  [default: the clinic's]"),
]
Many = Annotated[
    int | None,
    typer.Option(
        "--count", min=1, max=MOST_AT_ONCE, metavar="N", help="Invite N patients; --json then gives a list."
    ),
]


@app.command("clinician")
def clinician(
    clinic: Clinic,
    role: Annotated[Role, typer.Option(help="What this person may do.")] = Role.CLINICIAN,
    as_json: AsJson = False,
) -> None:
    """Make a link with which one person joins the staff.

    It works once, within 72 hours.

    \b
    Example:
      ./tidemark invite clinician --clinic 3f0c… --role on_call
    """

    async def work(desk: Desk) -> Answer:
        links, now = await links_for(desk.settings), desk.now()
        async with desk.database.writing() as session:
            token = await enrol.invite_staff(session, clinic_id(clinic), role, now)
            local = (await clinics.clinic_of(session, clinic_id(clinic))).timezone
        facts = {"link": links.to(token), "token": token, "role": role.value}
        until = now + enrol.STAFF_INVITATION
        remarks = _remarks(links, until, local)
        return Answer({**facts, "expires_at": _iso(until)}, [links.line(token)], remarks)

    at_desk(work, as_json=as_json)


@app.command("patient")
def patient(
    clinic: Clinic,
    condition: Annotated[Condition, typer.Option(help="What the infusions are given for.")],
    asked: Measures = "mood,pain",
    timezone: Zone = None,
    count: Many = None,
    as_json: AsJson = False,
) -> None:
    """Open a patient's file, and make a link for the patient.

    Prints the code and the link, which works once, within 14 days.

    \b
    Example:
      ./tidemark invite patient --clinic 3f0c… --condition depression --measures mood
    """
    in_order = measures(asked)
    if timezone is not None:
        zone(timezone, "--timezone")

    async def work(desk: Desk) -> Answer:
        links, now = await links_for(desk.settings), desk.now()
        dice = random.SystemRandom()
        async with desk.database.writing() as session:
            invited = [
                await enrol.invite_patient(
                    session,
                    clinic_id(clinic),
                    condition=condition,
                    measures=in_order,
                    timezone=timezone,
                    now=now,
                    dice=dice,
                )
                for _ in range(count or 1)
            ]
            local = (await clinics.clinic_of(session, clinic_id(clinic))).timezone
        until = now + enrol.PATIENT_INVITATION
        invites = [
            {"code": one.code, "link": links.to(one.token), "token": one.token, "expires_at": _iso(until)}
            for one in invited
        ]
        lines = [f"{one.code}  {links.line(one.token)}" for one in invited]
        return Answer({"invites": invites} if count else invites[0], lines, _remarks(links, until, local))

    at_desk(work, as_json=as_json)


def _iso(until: datetime) -> str:
    return until.isoformat(timespec="seconds")


def _remarks(links: Links, until: datetime, zone: str) -> list[str]:
    works_once = f"Works once, until {on_the_wall(until, zone)}."
    return [works_once] if links.why_not is None else [works_once, links.why_not]
