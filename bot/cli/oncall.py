"""`oncall plan`, `oncall list` and `oncall remove`: the rota."""

from typing import Annotated
from uuid import UUID

import typer

from bot.cli.answers import Answer, on_the_wall
from bot.cli.desk import Desk, at_desk
from bot.cli.options import AsJson, Clinic, clinic_id, usage
from bot.cli.typed import Commands
from care.errors import Refused
from care.rota import FIRST, SECOND
from care.when import moment_of
from db import clinics, shifts
from db.shifts import Turn
from flow import rota

app = Commands(help="Plan who is on call, and see it.")

WHEN_EXAMPLE = "2026-01-09 18:00"
MOST_WEEKS = 53

From = Annotated[
    str,
    typer.Option("--from", metavar="TIME", help=f"On the clinic's clocks ({WHEN_EXAMPLE}), or ISO 8601."),
]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="The same.")]
Second = Annotated[bool, typer.Option("--second", help="Called as well, if nobody answers; not at first.")]
Weekly = Annotated[
    int,
    typer.Option(
        "--repeat-weekly",
        metavar="N",
        min=1,
        max=MOST_WEEKS,
        help="In so many weeks in a row, at the same hours.",
    ),
]


@app.command("plan")
def plan(
    staff_id: Annotated[str, typer.Argument(metavar="STAFF_ID", help="From `staff list`.")],
    begins: From,
    ends: Until,
    second: Second = False,
    repeat_weekly: Weekly = 1,
    as_json: AsJson = False,
) -> None:
    """Put somebody on call from one moment until another.

    They are told an hour before, at the start, and at the end. Where no shift is planned, everybody with the role
    on_call is paged; where nobody has it, every clinician and admin.

    \b
    Example:
      ./tidemark oncall plan STAFF_ID --from "2026-01-09 18:00" --until "2026-01-12 08:00" --repeat-weekly 8
    """

    async def work(desk: Desk) -> Answer:
        zone = await _zone_of(desk, staff_id)
        with usage("--from"):
            starts_at = moment_of(begins, desk.now(), zone, WHEN_EXAMPLE)
        with usage("--until"):
            ends_at = moment_of(ends, desk.now(), zone, WHEN_EXAMPLE)
        async with desk.database.writing() as session:
            rank = SECOND if second else FIRST
            planned = await rota.plan(
                session,
                _id(staff_id, "refused-unknown-staff"),
                starts_at,
                ends_at,
                rank,
                repeat_weekly,
                desk.now(),
            )
        return Answer({"shifts": [_facts(one) for one in planned]}, [_line(one, zone) for one in planned])

    at_desk(work, as_json=as_json)


@app.command("list")
def list_shifts(clinic: Clinic, as_json: AsJson = False) -> None:
    """List the shifts that are not over, with their ids.

    \b
    Example:
      ./tidemark oncall list --clinic ID
    """

    async def work(desk: Desk) -> Answer:
        async with desk.database.reading() as session:
            found = await clinics.clinic_of(session, clinic_id(clinic))
            names = {one.staff_id: one.name for one in await clinics.members_of(session, found.id)}
            turns = await shifts.turns_ahead(session, found.id, desk.now())
        if not turns:
            return Answer({"shifts": []}, [], ["No shift is planned: `./tidemark oncall plan --help`."])
        lines = [f"{_line(one, found.timezone)}  {names[one.colleague.staff_id]}" for one in turns]
        return Answer({"shifts": [_facts(one) for one in turns]}, lines)

    at_desk(work, as_json=as_json)


@app.command("remove")
def remove(
    shift_id: Annotated[str, typer.Argument(metavar="ID", help="From `oncall list`.")],
    as_json: AsJson = False,
) -> None:
    """Take a shift off the rota; one that has begun ends now.

    \b
    Example:
      ./tidemark oncall remove ID
    """

    async def work(desk: Desk) -> Answer:
        async with desk.database.writing() as session:
            await rota.remove(session, _id(shift_id, "refused-unknown-shift"), desk.now())
        return Answer({"removed": shift_id}, ["Removed."])

    at_desk(work, as_json=as_json)


async def _zone_of(desk: Desk, staff_id: str) -> str:
    async with desk.database.reading() as session:
        found = await clinics.member_of_staff(session, _id(staff_id, "refused-unknown-staff"))
        if found is None:
            raise Refused("refused-unknown-staff", id=staff_id)
        return (await clinics.clinic_of(session, found[1])).timezone


def _id(written: str, refusal: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Refused(refusal, id=written) from None


def _facts(turn: Turn) -> dict[str, object]:
    return {
        "id": str(turn.shift_id),
        "staff_id": str(turn.colleague.staff_id),
        "role": turn.colleague.role,
        "rank": turn.rank,
        "starts_at": turn.starts_at.isoformat(),
        "ends_at": turn.ends_at.isoformat(),
    }


def _line(turn: Turn, zone: str) -> str:
    rank = "first " if turn.rank == FIRST else "second"
    return f"{turn.shift_id}  {rank}  {on_the_wall(turn.starts_at, zone)} – {on_the_wall(turn.ends_at, zone)}"
