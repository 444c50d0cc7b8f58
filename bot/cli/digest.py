"""`digest`."""

from typing import Annotated

import typer

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson, Clinic, clinic_id
from bot.say import say_line
from db import clinics
from flow import report

DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the digest, and send it to nobody.")]


def digest(clinic: Clinic, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Build a clinic's digest now, and send it.

    It goes to all of the staff who have not had today's yet; the running service sends it.

    \b
    Example:
      ./tidemark digest --clinic 3f0c… --dry-run
    """

    async def show(desk: Desk) -> Answer:
        async with desk.database.reading() as session:
            language = (await clinics.clinic_of(session, clinic_id(clinic))).language
            message = await report.digest_message(session, clinic_id(clinic), desk.now())
        lines = [say_line(line, language) for line in message.lines]
        return Answer({"text": "\n".join(lines), "sent_to": 0}, lines)

    async def send(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            sent = await report.send_digest(session, clinic_id(clinic), desk.now())
            has_staff = bool(await clinics.staff_of(session, clinic_id(clinic)))
        return Answer({"sent_to": sent}, [_said(sent, has_staff=has_staff)])

    at_desk(show if dry_run else send, as_json=as_json)


def _said(sent: int, *, has_staff: bool) -> str:
    if sent:
        return f"On its way to {sent} of the staff: `./tidemark run` sends it."
    if has_staff:
        return "All of the staff have had today's digest."
    return (
        "Nobody is on the staff yet: `./tidemark invite clinician --clinic ID` makes a link for a colleague."
    )
