"""`staff list` and `staff revoke`: who works here, and who no longer does."""

from typing import Annotated
from uuid import UUID

import typer

from bot.cli.answers import Answer
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson, Clinic, clinic_id
from bot.cli.typed import Commands
from care.errors import Refused
from db import clinics
from db.clinics import Member
from flow import enrol

app = Commands(help="See who works at a clinic, and take roles away.")


@app.command("list")
def list_staff(clinic: Clinic, as_json: AsJson = False) -> None:
    """List a clinic's staff with their ids, roles and names.

    \b
    Example:
      ./tidemark staff list --clinic ID
    """

    async def work(desk: Desk) -> Answer:
        async with desk.database.reading() as session:
            await clinics.clinic_of(session, clinic_id(clinic))
            members = await clinics.members_of(session, clinic_id(clinic))
        if not members:
            return Answer({"staff": []}, [], ["Nobody yet: `./tidemark invite clinician --help`."])
        return Answer({"staff": [_facts(one) for one in members]}, [_line(one) for one in members])

    at_desk(work, as_json=as_json)


@app.command("revoke")
def revoke(
    staff_id: Annotated[str, typer.Argument(metavar="ID", help="From `staff list`.")],
    as_json: AsJson = False,
) -> None:
    """Take a role away. It holds from that person's next press or message.

    \b
    Example:
      ./tidemark staff revoke ID
    """

    async def work(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            await enrol.revoke_staff(session, _id(staff_id), desk.now())
        return Answer({"revoked": staff_id}, ["Revoked."])

    at_desk(work, as_json=as_json)


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Refused("refused-unknown-staff", id=written) from None


def _facts(member: Member) -> dict[str, object]:
    return {
        "id": str(member.staff_id),
        "role": member.role,
        "name": member.name,
        "joined_at": member.joined_at.isoformat(),
    }


def _line(member: Member) -> str:
    return f"{member.staff_id}  {member.role:<10}  {member.joined_at:%Y-%m-%d}  {member.name}"
