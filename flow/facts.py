"""Gathers what the team is told: rows in, the rules' frozen values out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from care import schedule
from care.benefit_status import BenefitStatus
from care.digest import (
    CaseFact,
    DigestFacts,
    FlagFact,
    InfusionFact,
    ItemFact,
    NoGainFact,
    NotesFact,
    SilenceFact,
)
from care.infusion import is_first_cycle
from care.patient import Measure, Role
from care.red_flags import Sign
from db import cases, clinics, flags, infusions, items, notes, overview
from db.tables import Case, Clinic, Flag, Infusion, Patient

SILENT_AFTER = 3
"""Check-ins in a row without an answer. (safety.md, red flags: silence.)"""
SAID_BY_ITEMS = frozenset({Sign.SILENCE, Sign.UNREACHABLE})
"""Who has an item for it needs no second line among the silent."""
LOOK_BACK = timedelta(days=21)
A_DAY = timedelta(days=1)


async def of_digest(session: AsyncSession, clinic: Clinic, now: datetime) -> DigestFacts:
    """Everything the digest of one clinic may speak of."""
    today = schedule.local_date_of(now, clinic.timezone)
    owners = await clinics.roles_of(session, clinic.id)
    unclosed = await cases.unclosed(session, clinic.id)
    open_flags = await of_flags(session, clinic, now)
    silent = await overview.silences(session, clinic.id, today - LOOK_BACK, SILENT_AFTER)
    no_gain = await _no_gain(session, clinic, now)
    open_items = await of_items(session, clinic, now)
    with_items = {item.code for item in open_items if item.sign in SAID_BY_ITEMS}
    silent = [one for one in silent if one.code not in with_items]
    mentioned = {patient.code for _, patient in unclosed} | {flag.code for flag in open_flags}
    mentioned |= {item.code for item in open_items}
    mentioned |= {one.code for one in silent} | {one.code for one in no_gain}
    steady, not_known = await _the_rest(session, clinic, mentioned)
    return DigestFacts(
        clinic_name=clinic.name,
        local_date=today,
        cases=[_case(case, patient, owners, now) for case, patient in unclosed],
        flags=open_flags,
        items=open_items,
        no_gain=no_gain,
        silent=[SilenceFact(code=one.code, cause=one.cause, days=one.days) for one in silent],
        infusions_today=await _infusions(session, clinic, infusions.PLANNED, now),
        reported=await _infusions(session, clinic, infusions.REPORTED, now),
        notes=await _notes(session, clinic, now),
        steady=steady,
        not_known=not_known,
        closed_cases=_codes(await cases.closed_since(session, clinic.id, now - A_DAY)),
        closed_flags=_codes(await flags.closed_since(session, clinic.id, now - A_DAY)),
    )


async def of_flags(session: AsyncSession, clinic: Clinic, now: datetime) -> list[FlagFact]:
    """A clinic's unclosed flags, the earliest end first; one whose snooze is over counts as open again."""
    owners = await clinics.roles_of(session, clinic.id)
    given = await infusions.given_at_clinic(session, clinic.id)
    return [
        _flag(flag, patient, infusion, clinic, owners, given.get(patient.id, []), now)
        for flag, patient, infusion in await flags.open_flags(session, clinic.id)
    ]


async def of_items(session: AsyncSession, clinic: Clinic, now: datetime) -> list[ItemFact]:
    """A clinic's unclosed items, the earliest promise first; what is snoozed rests until then."""
    owners = await clinics.roles_of(session, clinic.id)
    return [
        ItemFact(
            item_id=item.id,
            code=patient.code,
            sign=item.kind,
            days=(now - item.opened_at) // A_DAY,
            owner=owners.get(item.owner_id) if item.owner_id is not None else None,
        )
        for item, patient in await items.unclosed(session, clinic.id)
        if item.snoozed_until is None or item.snoozed_until <= now
    ]


def _flag(
    flag: Flag,
    patient: Patient,
    infusion: Infusion,
    clinic: Clinic,
    owners: Mapping[UUID, Role],
    given: Sequence[datetime],
    now: datetime,
) -> FlagFact:
    slept_out = flag.snoozed_until is not None and flag.snoozed_until <= now
    return FlagFact(
        flag_id=flag.id,
        code=patient.code,
        measure=Measure(flag.measure),
        status="open" if flag.status == "snoozed" and slept_out else flag.status,
        age_days=(now - flag.raised_at) // A_DAY,
        days_since_infusion=schedule.days_since(infusion.local_date, now, patient.timezone),
        end_low=schedule.local_date_of(flag.end_low_at, clinic.timezone),
        end=schedule.local_date_of(flag.end_at, clinic.timezone),
        end_high=schedule.local_date_of(flag.end_high_at, clinic.timezone),
        first_cycle=is_first_cycle(given),
        owner=owners.get(flag.owner_id) if flag.owner_id is not None else None,
    )


def _case(case: Case, patient: Patient, owners: Mapping[UUID, Role], now: datetime) -> CaseFact:
    taken_by = owners.get(case.acknowledged_by) if case.acknowledged_by and case.status != "open" else None
    return CaseFact(
        code=patient.code, open_hours=(now - case.opened_at) // timedelta(hours=1), taken_by=taken_by
    )


async def _no_gain(session: AsyncSession, clinic: Clinic, now: datetime) -> list[NoGainFact]:
    given = await overview.infusion_counts(session, clinic.id)
    planned = await overview.planned_counts(session, clinic.id, now)
    return [
        NoGainFact(
            code=patient.code,
            measure=Measure(fit.measure),
            infusions=given.get(patient.id, 0),
            of=given.get(patient.id, 0) + planned[patient.id] if patient.id in planned else None,
        )
        for fit, patient in await flags.fits_of_clinic(session, clinic.id)
        if fit.status == BenefitStatus.NOT_RESPONDING
    ]


async def _infusions(session: AsyncSession, clinic: Clinic, status: str, now: datetime) -> list[InfusionFact]:
    """What is planned for today or was reported; what nobody has confirmed since the day before waits too."""
    today = schedule.local_date_of(now, clinic.timezone)
    rows = await infusions.of_clinic(session, clinic.id, status, now - LOOK_BACK, now + 2 * A_DAY)
    zone = ZoneInfo(clinic.timezone)
    return [
        InfusionFact(
            infusion_id=one.id,
            code=patient.code,
            on=one.local_date,
            at=one.at.astimezone(zone).time().replace(second=0, microsecond=0),
        )
        for one, patient in rows
        if one.local_date <= today
    ]


async def _notes(session: AsyncSession, clinic: Clinic, now: datetime) -> list[NotesFact]:
    today = schedule.local_date_of(now, clinic.timezone)
    return [
        NotesFact(
            patient_id=patient_id,
            code=code,
            unread=count,
            days=(today - schedule.local_date_of(oldest, clinic.timezone)).days,
        )
        for patient_id, code, count, oldest in await notes.unread_by_code(session, clinic.id)
    ]


async def _the_rest(session: AsyncSession, clinic: Clinic, mentioned: set[str]) -> tuple[int, list[str]]:
    """How many patients need no word, and the codes of those of whom too little is known, mentioned or not."""
    codes = {one.id: one.code for one in await overview.patients_of(session, clinic.id)}
    fits = await overview.fits_by_patient(session, clinic.id)
    unknown = [
        code
        for patient_id, code in codes.items()
        if any(fit.status == BenefitStatus.NOT_KNOWN for fit in fits.get(patient_id, []))
    ]
    return len(set(codes.values()) - mentioned - set(unknown)), unknown


def _codes(closed: Sequence[tuple[object, Patient]]) -> list[str]:
    return sorted({patient.code for _, patient in closed})
