"""The rota: shifts are planned and removed, and whoever has one is told before it, at its start and at its end."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.duty import on_the_wall
from care.errors import Refused
from care.message import Kind
from care.messages import on_call as words
from care.patient import Role
from care.rota import AHEAD, LONGEST_SHIFT, Change, announcement
from db import audit, clinics, outbox, shifts
from db.clinics import Colleague
from db.shifts import Turn
from db.tables import Shift
from flow.step import pushed_on_if_it_fails


async def announce_one(session: AsyncSession, now: datetime) -> bool:
    """Says to one member of staff that their shift comes, begins or is over. False: nothing was to be said."""
    shift = await shifts.claim_to_announce(session, now)
    if shift is None:
        return False
    with pushed_on_if_it_fails(shift, Shift.announce_at, now):
        due_at = shift.announce_at or now
        said = announcement(shift.starts_at, shift.ends_at, due_at, now)
        shift.announce_at = said.next_at
        turn = await shifts.turn_of(session, shift.id)
        if turn is not None and said.change is not None:
            await _announce(session, turn, shift.clinic_id, said.change, now)
        await session.flush()
    return True


async def plan(
    session: AsyncSession,
    staff_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    rank: int,
    weeks: int,
    now: datetime,
) -> list[Turn]:
    """Puts a shift on the rota, at the same hours of so many weeks in a row.

    Raises Refused, and keeps none of them, where one could not be: it ends before it begins or in the past, is longer
    than `LONGEST_SHIFT`, meets another of the same person, or is a viewer's.
    """
    whose, clinic_id = await _member(session, staff_id)
    zone = (await clinics.clinic_of(session, clinic_id)).timezone
    _check(starts_at, ends_at, now)
    planned = []
    for week in range(weeks):
        begins, ends = (_weeks_on(moment, week, zone) for moment in (starts_at, ends_at))
        if await shifts.has_turn(session, staff_id, begins, ends):
            day, hour = on_the_wall(begins, zone)
            raise Refused("refused-shift-known", day=day, hour=hour)
        shift_id = await shifts.add(session, whose, clinic_id, rank, begins, ends, begins - AHEAD)
        await audit.note(session, "shift-planned", now, subject_id=shift_id)
        planned.append(Turn(shift_id, whose, rank, begins, ends))
    return planned


async def remove(session: AsyncSession, shift_id: UUID, now: datetime) -> Turn:
    """Takes a shift off the rota; one that has begun is over now. Whoever was told of it reads that. Raises Refused."""
    turn = await shifts.turn_of(session, shift_id)
    if turn is None:
        raise Refused("refused-unknown-shift", id=str(shift_id))
    if turn.ends_at <= now:
        raise Refused("refused-shift-past")
    await shifts.end(session, turn, now)
    await audit.note(session, "shift-removed", now, subject_id=shift_id)
    if turn.starts_at - AHEAD <= now:
        clinic = await clinics.clinic_of(session, (await _member(session, turn.colleague.staff_id))[1])
        gone = words.taken_off(on_the_wall(turn.starts_at, clinic.timezone))
        await outbox.post(session, turn.colleague.person_id, Kind.FLAG, gone, now)
    return turn


async def _announce(
    session: AsyncSession, turn: Turn, clinic_id: UUID, change: Change, now: datetime
) -> None:
    turns = await shifts.turns_now(session, clinic_id, now)
    if change is Change.ENDS and turn.colleague in {one.colleague for one in turns}:
        return  # their next shift has begun, of which they are told by itself
    zone = (await clinics.clinic_of(session, clinic_id)).timezone
    first = [one.role for one in (await shifts.tiers(session, clinic_id, now)).first]
    begins, ends = on_the_wall(turn.starts_at, zone), on_the_wall(turn.ends_at, zone)
    next_change = await shifts.next_change(session, clinic_id, now)
    until = on_the_wall(next_change, zone) if next_change is not None else None
    message = words.changes(change, turn.rank, begins, ends, first, until)
    over = {Change.COMES: turn.starts_at, Change.BEGINS: turn.ends_at}.get(change)
    await outbox.post(session, turn.colleague.person_id, Kind.FLAG, message, now, expires_at=over)


async def _member(session: AsyncSession, staff_id: UUID) -> tuple[Colleague, UUID]:
    found = await clinics.member_of_staff(session, staff_id)
    if found is None:
        raise Refused("refused-unknown-staff", id=str(staff_id))
    if found[0].role is Role.VIEWER:
        raise Refused("refused-shift-viewer")
    return found


def _check(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused("refused-shift-ends-first")
    if ends_at <= now:
        raise Refused("refused-shift-past")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise Refused("refused-shift-too-long", days=LONGEST_SHIFT.days)


def _weeks_on(moment: datetime, weeks: int, zone: str) -> datetime:
    """The same hour on the wall so many weeks later, whatever the clocks do in between."""
    local = moment.astimezone(ZoneInfo(zone))
    if weeks == 0:
        return moment
    day = local.date() + timedelta(weeks=weeks)
    return schedule.next_due(day - timedelta(days=1), local.time(), zone)[1]
