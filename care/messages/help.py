"""What can be done here, and what this is not: for patients, and for each role of staff."""

from uuid import UUID

from care.duty import Duty
from care.message import Action, Button, Line, Message
from care.messages.coming_in import clinic_first
from care.messages.duty import numbers, standing
from care.patient import Role


def patient_help(patient_id: UUID, emergency_text: str | None, duty: Duty) -> Message:
    """The patient's help, with the truth about who answers a call for help, and when."""
    return Message(
        lines=(
            Line(words="help-patient-title", bold=True),
            Line(words="help-patient-commands"),
            *_in_danger(emergency_text, duty),
            Line(words="help-limits-title", bold=True),
            Line(words="standing-not-watched"),
            Line(words="standing-telegram"),
        ),
        buttons=(
            (
                Button(label="button-wearing-off", action=Action.WEARING_OFF, subject=patient_id),
                Button(label="button-call-me", action=Action.CALL_ME, subject=patient_id),
            ),
            (Button(label="button-need-help", action=Action.HELP_NOW, subject=patient_id),),
        ),
    )


def help_without_consent(emergency_text: str | None, duty: Duty) -> Message:
    """Help for who was invited and has not agreed: nobody reads what they write, and danger calls the team."""
    return Message(
        lines=(
            Line(words="help-no-consent-title", bold=True),
            Line(words="help-no-consent"),
            *_in_danger(emergency_text, duty),
            Line(words="help-limits-title", bold=True),
            Line(words="help-no-consent-not-read"),
            *([Line(words="help-no-consent-danger")] if duty.responders else []),
            Line(words="standing-telegram"),
        )
    )


def staff_help(role: Role) -> Message:
    """What a member of staff can do, by role."""
    lines = [Line(words="help-staff-title", bold=True), Line(words="help-staff-look")]
    if role is not Role.VIEWER:
        lines.append(Line(words="help-staff-act"))
    if role in {Role.CLINICIAN, Role.ADMIN}:
        lines.append(Line(words="help-staff-invite"))
    if role is Role.ADMIN:
        lines.append(Line(words="help-staff-invite-staff"))
    return Message(lines=(*lines, Line(words="help-staff-limits")))


def _in_danger(emergency_text: str | None, duty: Duty) -> list[Line]:
    return [
        Line(words="help-danger-title", bold=True),
        *clinic_first(emergency_text),
        Line(words="standing-not-emergency"),
        *numbers(duty),
        Line(words="help-danger-command" if duty.responders else "help-danger-nobody"),
        *standing(duty),
    ]
