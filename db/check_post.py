"""What must never be true of the post and of what it carries, as sentences with their counts."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from db.checkins import OPEN
from db.screens import ON_THE_WAY
from db.tables import Case, CheckIn, Inbox, Outbox, Person, Screen

TOO_LONG = timedelta(hours=1)
"""Everything that is late here is done within minutes by a service that runs, also after an outage of some length."""


def invariants(now: datetime) -> Mapping[str, Select[int]]:
    """A sentence for each, and the statement that counts how often it is broken at `now`."""
    late = now - TOO_LONG
    letters, updates, checkins = (select(func.count()).select_from(it) for it in (Outbox, Inbox, CheckIn))
    return {
        "Letters in the air for more than an hour (their service has died; its next start decides)": letters.where(
            Outbox.status == "sending", Outbox.send_at < late
        ),
        "Letters that are to be sent and have no words": letters.where(
            Outbox.status.in_(ON_THE_WAY), Outbox.message_sealed.is_(None)
        ),
        "Updates that have waited for more than an hour (does the service run?)": updates.where(
            Inbox.status == "waiting", Inbox.received_at < late
        ),
        "Updates that wait and hold nothing": updates.where(
            Inbox.status == "waiting", Inbox.body_sealed.is_(None)
        ),
        "Check-ins still open more than an hour past their close (does the service run?)": checkins.where(
            CheckIn.status == OPEN, CheckIn.closes_at < late
        ),
        "Messages on the screen of nobody": select(func.count())
        .select_from(Screen)
        .where(~select(Person.id).where(Person.id == Screen.person_id).exists()),
        "Patients with more than one case that is not closed": _with_two_cases(),
    }


def _with_two_cases() -> Select[int]:
    several = (
        select(Case.patient_id)
        .where(Case.closed_at.is_(None))
        .group_by(Case.patient_id)
        .having(func.count() > 1)
    )
    return select(func.count()).select_from(several.subquery())
