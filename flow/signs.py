"""What a patient's scores, words and silence say beside themselves: the red flags of `care/red_flags.py`."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from care import red_flags, schedule, sign_words
from care.inquiry import InquiryKind
from care.message import Kind
from care.messages.safety import help_now
from care.patient import Measure
from care.red_flags import RED_FLAGS, Sign
from db import checkins, infusions, inquiries, outbox, overview
from db.access import PatientRef, patient_ref
from db.tables import CheckIn, Patient
from flow import inquire, items


async def in_score(
    session: AsyncSession, patient: Patient, checkin: CheckIn, measure: Measure, value: int, now: datetime
) -> None:
    """Looks at a value that has just been kept, beside the patient's own of the days before."""
    await inquire.settled_by_an_answer(session, patient_ref(patient), now)
    earlier = await checkins.values_before(session, patient.id, measure, checkin.local_date)
    ref = patient_ref(patient)
    if measure is Measure.PAIN:
        if red_flags.pain_is_a_sign(earlier, value):
            await items.open_item(session, ref, Sign.PAIN, now)
    elif red_flags.mood_is_high(earlier, value):
        if patient.bipolar:
            await items.open_item(session, ref, Sign.MOOD_HIGH, now)
        else:
            await inquire.ask(session, ref, InquiryKind.HIGH_MOOD, now)
    elif value <= red_flags.MOOD_LOW:
        await _ask_about_low_mood(session, ref, earlier, value, now)


async def in_words(
    session: AsyncSession, patient: PatientRef, text: str, now: datetime, *, said_help: bool
) -> None:
    """Looks for the red flags that a text names. `said_help`: the patient has read the numbers already."""
    for sign in sign_words.signs_in(text):
        await items.open_item(session, patient, sign, now)
        if RED_FLAGS[sign].emergency and not said_help and patient.person_id is not None:
            await outbox.post(session, patient.person_id, Kind.HELP, help_now(), now)
            said_help = True


async def in_silence(session: AsyncSession, patient: Patient, now: datetime) -> None:
    """Asks whether all is well, once for each silence, beside the day's question."""
    missed, since = await overview.missed_in_a_row(session, patient.id)
    if not missed or since is None:
        return
    last = await infusions.last_given(session, patient.id, now)
    days = None if last is None else schedule.days_since(last.local_date, now, patient.timezone)
    if not red_flags.is_silent(missed, days):
        return
    asked_at = await inquiries.last_asked_at(session, patient.id, InquiryKind.SILENCE)
    if asked_at is None or schedule.local_date_of(asked_at, patient.timezone) < since:
        await inquire.ask(session, patient_ref(patient), InquiryKind.SILENCE, now)


async def _ask_about_low_mood(
    session: AsyncSession, patient: PatientRef, earlier: list[int], value: int, now: datetime
) -> None:
    asked_at = await inquiries.last_asked_at(session, patient.patient_id, InquiryKind.LOW_MOOD)
    since = None if asked_at is None else now - asked_at
    if red_flags.asks_about_low_mood(earlier, value, since):
        await inquire.ask(session, patient, InquiryKind.LOW_MOOD, now)
