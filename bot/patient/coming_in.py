"""The consent question, for whoever opened the link and has not agreed."""

from bot.visit import Visit
from care.message import Kind
from care.messages import coming_in as words
from care.patient import PatientStatus
from db import clinics, outbox
from db.access import Caller, NotYours
from flow import duty, enrol

NOT_ENROLLED = frozenset({PatientStatus.INVITED, PatientStatus.DECLINED})


def is_enrolled(caller: Caller) -> bool:
    """Whether the caller is a patient who has agreed to take part."""
    return caller.patient is not None and caller.patient.status not in NOT_ENROLLED


async def ask_consent(visit: Visit, caller: Caller) -> None:
    """Asks the consent question once more."""
    if caller.patient is None:
        raise NotYours
    patient = caller.patient
    clinic = await clinics.clinic_of(visit.session, patient.clinic_id)
    standing = await duty.of_clinic(visit.session, clinic, visit.now)
    question = words.consent(patient.patient_id, clinic.name, clinic.emergency_text, standing)
    slot = enrol.consent_slot(patient.patient_id)
    await outbox.post(visit.session, caller.person_id, Kind.REPLY, question, visit.now, slot=slot)
