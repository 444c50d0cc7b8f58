"""All tables, a file for each kind of thing; importing this package is what makes them known to migrations."""

from db.base import Base
from db.tables.care_team import Clinic, Invitation, Person, Staff
from db.tables.chores import Chore
from db.tables.concerns import Audit, Case, Digest, Flag, Note
from db.tables.course import CheckIn, Fit, Infusion, OwnPrior, Score
from db.tables.duty import Call, Shift
from db.tables.items import Inquiry, Item
from db.tables.leases import Lease, Served
from db.tables.patients import Consent, Patient
from db.tables.post import Inbox, Outbox, Screen
from db.tables.watch import Alarm, Round

__all__ = [
    "Alarm",
    "Audit",
    "Base",
    "Call",
    "Case",
    "CheckIn",
    "Chore",
    "Clinic",
    "Consent",
    "Digest",
    "Fit",
    "Flag",
    "Inbox",
    "Infusion",
    "Inquiry",
    "Invitation",
    "Item",
    "Lease",
    "Note",
    "Outbox",
    "OwnPrior",
    "Patient",
    "Person",
    "Round",
    "Score",
    "Screen",
    "Served",
    "Shift",
    "Staff",
]
