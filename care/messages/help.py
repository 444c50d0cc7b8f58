"""What can be done here, and what this is not: for patients, and for each role of staff."""

from care.message import Line, Message
from care.messages.coming_in import clinic_first
from care.patient import Role


def patient_help(emergency_text: str | None, on_call_count: int) -> Message:
    """The patient's help. `on_call_count`: how many people an alert reaches; with none, the text says so."""
    lines = [
        Line(words="help-patient-title", bold=True),
        Line(words="help-patient-commands"),
        Line(words="help-danger-title", bold=True),
        *clinic_first(emergency_text),
        Line(words="standing-not-emergency"),
        Line(words="help-danger-command" if on_call_count else "help-danger-nobody"),
    ]
    lines += [
        Line(words="help-limits-title", bold=True),
        Line(words="standing-not-watched"),
        Line(words="standing-telegram"),
    ]
    return Message(lines=tuple(lines))


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
