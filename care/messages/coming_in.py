"""Coming in and resting: consent, the first words to a patient or a member of staff, pause and return."""

from datetime import time
from uuid import UUID

from care.duty import Duty
from care.message import Action, Button, HourOfDay, Line, Message, Words
from care.messages.duty import numbers, standing
from care.patient import Role

CONSENT_VERSION = "2026-11-28"
"""The version of the consent text; a change of its words is a new version."""


def consent(patient_id: UUID, clinic_name: str, emergency_text: str | None, duty: Duty) -> Message:
    """What a patient reads before anything is asked: what is kept, who reads it, who answers, and what this is not."""
    lines = [
        Line(words="consent-title", values={"clinic": clinic_name}, bold=True),
        Line(words="consent-what"),
        Line(words="consent-kept"),
        Line(words="consent-who-title", bold=True),
        Line(words="consent-who"),
        Line(words="consent-not-title", bold=True),
        Line(words="standing-not-watched"),
        *(standing(duty) or (Line(words="help-danger-nobody"),)),
        *clinic_first(emergency_text),
        Line(words="standing-not-emergency"),
        *numbers(duty),
        Line(words="standing-telegram"),
        Line(words="consent-choice-title", bold=True),
        Line(words="consent-choice"),
    ]
    return Message(
        lines=tuple(lines),
        buttons=(
            (_consent_button("button-agree", patient_id, 1),),
            (_consent_button("button-disagree", patient_id, 0),),
        ),
    )


def welcome_patient(checkin_at: time, zone: str, emergency_text: str | None) -> Message:
    """The first words after `I agree`. `checkin_at` is the wall clock in `zone`."""
    return Message(
        lines=(
            Line(words="welcome-patient-title", bold=True),
            Line(words="welcome-patient", values={"hour": HourOfDay(hour=checkin_at), "city": _city(zone)}),
            Line(words="welcome-patient-commands"),
            Line(words="standing-not-watched"),
            *clinic_first(emergency_text),
            Line(words="standing-not-emergency"),
        )
    )


def declined(duty: Duty) -> Message:
    """The answer to `I do not agree`: nothing is kept, but danger calls the team all the same, if anybody is there."""
    return Message(
        lines=(
            Line(words="consent-declined"),
            Line(words="help-danger-title", bold=True),
            Line(words="help-danger-command" if duty.responders else "help-danger-nobody"),
            *standing(duty),
            *([Line(words="help-no-consent-danger")] if duty.responders else []),
        )
    )


def welcome_staff(role: Role, clinic_name: str) -> Message:
    """The first words to a member of staff."""
    return Message(
        lines=(
            Line(
                words="welcome-staff-title",
                values={"clinic": clinic_name, "role": Words(words=f"role-{role}")},
                bold=True,
            ),
            Line(words=f"welcome-staff-{role}"),
            Line(words="welcome-staff-limits"),
        )
    )


def patient_invited(code: str, link: str) -> Message:
    """A new patient's link, to be passed on: so it may be forwarded and holds nothing clinical."""
    return Message(
        lines=(
            Line(words="invite-patient", values={"code": code}),
            Line(words="invite-link", values={"link": link}),
        ),
        protected=False,
    )


def staff_invited(role: Role, link: str) -> Message:
    """A new colleague's link, to be passed on."""
    whom = Words(words=f"role-{role}")
    return Message(
        lines=(
            Line(words="invite-staff", values={"role": whom}),
            Line(words="invite-link", values={"link": link}),
        ),
        protected=False,
    )


def paused() -> Message:
    """Nothing is asked until the patient comes back."""
    return Message(lines=(Line(words="paused"), Line(words="paused-still-here")))


def resumed() -> Message:
    """The check-ins go on."""
    return Message(lines=(Line(words="resumed"),))


def clinic_first(emergency_text: str | None) -> tuple[Line, ...]:
    """The clinic's own words for an emergency, where it has any: they stand before the numbers of everybody."""
    if not emergency_text:
        return ()
    return (Line(words="standing-clinic-emergency", values={"text": emergency_text}),)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _consent_button(label: str, patient_id: UUID, value: int) -> Button:
    return Button(label=label, action=Action.CONSENT, subject=patient_id, value=value)
