"""`/invite patient depression` and `/invite clinician`: a one-use link to pass on."""

import random

from bot.commands import Typed
from bot.replies import reply
from bot.visit import Visit
from care.errors import Refused
from care.messages import coming_in as words
from care.patient import Condition, Measure, Role
from db.access import Caller, StaffRef, may_act
from flow import enrol

MAY_INVITE_PATIENTS = frozenset({Role.CLINICIAN, Role.ADMIN})


async def invite(visit: Visit, caller: Caller, typed: Typed) -> None:
    """Makes a link for a patient (clinicians and admins) or a colleague (admins). Raises Refused with an example."""
    staff = may_act(caller)
    whom, _, condition = typed.rest.lower().partition(" ")
    if whom == "patient":
        await _invite_patient(visit, caller, staff, condition.strip())
    elif whom in set(Role):
        await _invite_colleague(visit, caller, staff, Role(whom))
    else:
        raise Refused("refused-invite")


async def _invite_patient(visit: Visit, caller: Caller, staff: StaffRef, condition: str) -> None:
    if staff.role not in MAY_INVITE_PATIENTS:
        raise Refused("refused-invite-patient")
    if condition not in set(Condition):
        raise Refused("refused-invite")
    invited = await enrol.invite_patient(
        visit.session,
        staff.clinic_id,
        condition=Condition(condition),
        measures=tuple(Measure),
        timezone=None,
        now=visit.now,
        dice=random.SystemRandom(),
    )
    await reply(visit, caller, words.patient_invited(invited.code, _link(visit, invited.token)))


async def _invite_colleague(visit: Visit, caller: Caller, staff: StaffRef, role: Role) -> None:
    if staff.role is not Role.ADMIN:
        raise Refused("refused-admin-only")
    token = await enrol.invite_staff(visit.session, staff.clinic_id, role, visit.now)
    await reply(visit, caller, words.staff_invited(role, _link(visit, token)))


def _link(visit: Visit, token: str) -> str:
    return f"https://t.me/{visit.bot.username}?start={token}"
