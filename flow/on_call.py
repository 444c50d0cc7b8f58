"""Who is on call: seen by the team, taken and given back by a button."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from care.duty import on_the_wall
from care.errors import Refused
from care.message import Kind, Message, Toast
from care.messages import on_call as words
from care.rota import FIRST, taken_until
from db import audit, clinics, outbox, shifts
from db.access import Caller, NotYours, may_act
from db.clinics import Colleague
from db.shifts import Turn
from flow.look import staff_of


async def show(session: AsyncSession, caller: Caller, now: datetime) -> None:
    """Who is paged when a patient is in danger, by role and number, and when that changes."""
    message = await as_it_stands(session, caller, now)
    await outbox.post(session, caller.person_id, Kind.REPLY, message, now, slot=_slot(caller))


async def take(session: AsyncSession, caller: Caller, clinic_id: UUID, now: datetime) -> Toast:
    """Puts the presser on call: until the next planned change, for a day at most."""
    me = _member(caller, clinic_id)
    if await _own_turn(session, caller, now) is not None:
        await _paint(session, caller, now)
        return Toast(words="call-toast-taken-already")
    until = taken_until(now, await shifts.next_change(session, clinic_id, now))
    shift_id = await shifts.add(session, me, clinic_id, FIRST, now, until, announce_at=until)
    await audit.note(session, "call-taken", now, actor_id=caller.person_id, subject_id=shift_id)
    await _paint(session, caller, now)
    return Toast(words="call-toast-taken")


async def leave(session: AsyncSession, caller: Caller, clinic_id: UUID, now: datetime) -> Toast:
    """Ends the presser's shift; whoever is called instead is told. Raises Refused where nobody else would be."""
    _member(caller, clinic_id)
    turn = await _own_turn(session, caller, now)
    if turn is None:
        await _paint(session, caller, now)
        return Toast(words="call-toast-left-already")
    before = (await shifts.tiers(session, clinic_id, now)).first
    await shifts.end(session, turn, now)
    after = (await shifts.tiers(session, clinic_id, now)).first
    if not [one for one in after if one.person_id != caller.person_id]:
        raise Refused("refused-leave-call")  # which undoes the end as well
    await audit.note(session, "call-left", now, actor_id=caller.person_id, subject_id=turn.shift_id)
    for colleague in after:
        if colleague not in before:
            await outbox.post(session, colleague.person_id, Kind.FLAG, words.called_instead(), now)
    await _paint(session, caller, now)
    return Toast(words="call-toast-left")


async def as_it_stands(session: AsyncSession, caller: Caller, now: datetime) -> Message:
    """The answer to `/oncall` at this moment."""
    staff = staff_of(caller)
    clinic = await clinics.clinic_of(session, staff.clinic_id)
    tiers = await shifts.tiers(session, clinic.id, now)
    turns = await shifts.turns_now(session, clinic.id, now)
    mine = await _own_turn(session, caller, now)
    change = await shifts.next_change(session, clinic.id, now)
    seen = words.OnCall(
        first=[one.role for one in tiers.first],
        second=[one.role for one in tiers.second if one not in tiers.first],
        by_shift=any(turn.rank == FIRST and turn.colleague in tiers.first for turn in turns),
        next_change=on_the_wall(change, clinic.timezone) if change is not None else None,
        is_mine=any(one.person_id == caller.person_id for one in tiers.first),
        mine_until=on_the_wall(mine.ends_at, clinic.timezone) if mine is not None else None,
        may_change=staff.may_act,
    )
    return words.who_is_paged(seen, clinic.id)


async def _own_turn(session: AsyncSession, caller: Caller, now: datetime) -> Turn | None:
    """The caller's shift among those called first."""
    staff = staff_of(caller)
    turns = await shifts.turns_now(session, staff.clinic_id, now)
    mine = [turn for turn in turns if turn.rank == FIRST and turn.colleague.staff_id == staff.staff_id]
    return max(mine, key=lambda turn: turn.ends_at, default=None)


async def _paint(session: AsyncSession, caller: Caller, now: datetime) -> None:
    message = await as_it_stands(session, caller, now)
    await outbox.post(session, caller.person_id, Kind.REPLY, message, now, slot=_slot(caller), edit=True)


def _member(caller: Caller, clinic_id: UUID) -> Colleague:
    staff = may_act(caller)
    if staff.clinic_id != clinic_id:
        raise NotYours
    return Colleague(staff.staff_id, caller.person_id, staff.role)


def _slot(caller: Caller) -> str:
    return f"oncall:{staff_of(caller).clinic_id}"
