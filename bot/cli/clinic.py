"""`clinic add` and `clinic list`."""

from typing import Annotated

import typer

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson, hour, zone
from bot.cli.typed import Commands
from bot.say import languages
from db import glance
from db.glance import ClinicAtAGlance
from flow import enrol

app = Commands(help="Set up clinics and see which there are.")

LONGEST_EMERGENCY_TEXT = 300
LONGEST_NAME = 200

Zone = Annotated[str, typer.Option("--timezone", metavar="TZ", help="IANA zone, like Europe/Berlin.")]
DigestAt = Annotated[
    str,
    typer.Option("--digest-at", metavar="HH:MM", help="When the daily digest goes out, local."),
]
CheckinAt = Annotated[
    str, typer.Option("--checkin-at", metavar="HH:MM", help="When patients are asked, local.")
]
Language = Annotated[str, typer.Option(help="Language of its people: so far only en.")]
EmergencyText = Annotated[
    str | None, typer.Option(help="The clinic's own words for emergencies, with a number to call.")
]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What patients know the clinic by.")],
    timezone: Zone,
    digest_at: DigestAt = "07:30",
    checkin_at: CheckinAt = "18:00",
    language: Language = "en",
    emergency_text: EmergencyText = None,
    as_json: AsJson = False,
) -> None:
    """Set up a clinic and print its id.

    \b
    Example:
      ./tidemark clinic add "Harbour Clinic" --timezone Europe/Berlin --emergency-text "Call 112, or us: 030 1234"
    """
    refuse_name(name, "NAME")
    zone(timezone, "--timezone")
    refuse_language(language)
    digest_hour, checkin_hour = hour(digest_at, "--digest-at"), hour(checkin_at, "--checkin-at")
    refuse_emergency_text(emergency_text)

    async def work(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            clinic_id = await enrol.add_clinic(
                session,
                name=name,
                timezone=timezone,
                digest_at=digest_hour,
                checkin_at=checkin_hour,
                language=language,
                emergency_text=emergency_text,
                now=desk.now(),
            )
        return Answer({"id": str(clinic_id)}, [str(clinic_id)])

    at_desk(work, as_json=as_json, makes=True)


@app.command("list")
def list_clinics(as_json: AsJson = False) -> None:
    """List the clinics with their ids.

    \b
    Example:
      ./tidemark clinic list
    """

    async def work(desk: Desk) -> Answer:
        async with desk.database.reading() as session:
            clinics = await glance.clinics(session)
        if not clinics:
            return Answer({"clinics": []}, [], ["No clinic yet: `./tidemark clinic add --help`."])
        return Answer({"clinics": [_facts(clinic) for clinic in clinics]}, _table(clinics))

    at_desk(work, as_json=as_json)


def refuse_name(name: str, option: str) -> None:
    """Wrong usage for a name that is none or has no room."""
    if not name.strip():
        raise typer.BadParameter("please give the clinic a name.", param_hint=option)
    if len(name.strip()) > LONGEST_NAME:
        raise typer.BadParameter(f"there is room for {LONGEST_NAME} characters.", param_hint=option)


def refuse_language(language: str) -> None:
    """Wrong usage for a language in which there are no texts."""
    if language not in languages():
        known = ", ".join(sorted(languages()))
        raise typer.BadParameter(f"there are texts in {known} only.", param_hint="--language")


def refuse_emergency_text(text: str | None) -> None:
    """Wrong usage for words that have no room."""
    if text is not None and len(text) > LONGEST_EMERGENCY_TEXT:
        raise typer.BadParameter(
            f"there is room for {LONGEST_EMERGENCY_TEXT} characters.", param_hint="--emergency-text"
        )


def _facts(clinic: ClinicAtAGlance) -> dict[str, object]:
    return {
        "id": str(clinic.id),
        "name": clinic.name,
        "timezone": clinic.timezone,
        "digest_at": f"{clinic.digest_at:%H:%M}",
        "checkin_at": f"{clinic.checkin_at:%H:%M}",
        "language": clinic.language,
        "patients": clinic.patients,
        "staff": clinic.staff,
    }


def _table(clinics: list[ClinicAtAGlance]) -> list[str]:
    from rich.console import Console  # takes as long to load as all the rest of a command
    from rich.table import Table

    table = Table("Id", "Name", "Zone", "Digest", "Check-in", "Patients", "Staff", box=None, pad_edge=False)
    for one in clinics:
        hours = f"{one.digest_at:%H:%M}", f"{one.checkin_at:%H:%M}"
        table.add_row(str(one.id), one.name, one.timezone, *hours, str(one.patients), str(one.staff))
    console = Console(width=160, markup=False)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]
