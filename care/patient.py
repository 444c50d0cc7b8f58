"""The nouns of people: conditions, measures, roles, and where a patient stands."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """What the infusions are given for."""

    DEPRESSION = "depression"
    CRPS = "crps"
    CHRONIC_PAIN = "chronic_pain"


class Measure(StrEnum):
    """What is asked each day, 0–10. Mood: 10 best. Pain: 10 worst."""

    MOOD = "mood"
    PAIN = "pain"


class Role(StrEnum):
    """What a member of staff may do. A viewer sees and changes nothing; whoever is on call is paged."""

    CLINICIAN = "clinician"
    ON_CALL = "on_call"
    ADMIN = "admin"
    VIEWER = "viewer"


class PatientStatus(StrEnum):
    """Where a patient stands; only an `active` one is asked."""

    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    ENDED = "ended"


class Provenance(StrEnum):
    """How a score came to be."""

    LIVE = "live"
    LATE = "late"
    BACKFILLED = "backfilled"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class ChatOf:
    """Who is speaking, as Telegram says it: the private chat, the shown name, the language of the app."""

    chat_id: int
    name: str
    language: str
