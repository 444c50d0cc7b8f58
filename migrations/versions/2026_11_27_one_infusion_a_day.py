"""One infusion a local day: what was recorded twice becomes one, and an index holds it."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_27_one_infusion_a_day"
down_revision = "2026_11_23_first_house"
branch_labels = None
depends_on = None

STANDING = sa.text("status <> 'void'")
WEIGHT = {"planned": 0, "reported": 1, "given": 2}
DETAILS = ("dose_mg_per_kg", "minutes", "route")

infusions = sa.table(
    "infusions",
    sa.column("id", sa.Uuid()),
    sa.column("patient_id", sa.Uuid()),
    sa.column("at", Moment()),
    sa.column("local_date", sa.Date()),
    sa.column("planned_at", Moment()),
    sa.column("status", sa.String()),
    *(sa.column(name) for name in DETAILS),
    sa.column("recorded_at", Moment()),
    sa.column("confirmed_at", Moment()),
)
flags = sa.table(
    "flags",
    sa.column("patient_id", sa.Uuid()),
    sa.column("measure"),
    sa.column("cycle_infusion_id", sa.Uuid()),
)
fits = sa.table("fits", sa.column("cycle_infusion_id", sa.Uuid()))
patients = sa.table(
    "patients",
    sa.column("id", sa.Uuid()),
    sa.column("data_version", sa.Integer()),
    sa.column("refit_due_at", Moment()),
    sa.column("created_at", Moment()),
)
audit = sa.table(
    "audit",
    sa.column("id", sa.Uuid()),
    sa.column("at", Moment()),
    sa.column("action"),
    sa.column("patient_id", sa.Uuid()),
    sa.column("subject_id", sa.Uuid()),
)


def upgrade() -> None:
    with op.batch_alter_table("infusions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planned_at", Moment(), nullable=True))
    connection = op.get_bind()
    for of_one_day in recorded_more_than_once(connection):
        merge(connection, of_one_day)
    decide_held_flags_anew(connection)
    with op.batch_alter_table("infusions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_infusions_standing",
            ["patient_id", "local_date"],
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        )


def downgrade() -> None:
    # What was merged stays merged: each row is still there, and the audit names it.
    with op.batch_alter_table("infusions", schema=None) as batch_op:
        batch_op.drop_index("uq_infusions_standing", sqlite_where=STANDING, postgresql_where=STANDING)
        batch_op.drop_column("planned_at")


def recorded_more_than_once(connection: sa.Connection) -> list[list[sa.RowMapping]]:
    """The infusions of each patient and local day that has several, the one that is to stand first."""
    days: defaultdict[tuple[UUID, date], list[sa.RowMapping]] = defaultdict(list)
    for row in connection.execute(sa.select(infusions).where(infusions.c.status != "void")).mappings():
        days[row["patient_id"], row["local_date"]].append(row)
    return [sorted(rows, key=standing_first, reverse=True) for rows in days.values() if len(rows) > 1]


def standing_first(row: sa.RowMapping) -> tuple[int, datetime, str]:
    """A given one before a report, a report before a plan; among equals what was said last."""
    return WEIGHT[row["status"]], last_said_at(row), str(row["id"])


def last_said_at(row: sa.RowMapping) -> datetime:
    recorded_at: datetime = row["recorded_at"]
    return max(recorded_at, row["confirmed_at"] or recorded_at)


def merge(connection: sa.Connection, rows: list[sa.RowMapping]) -> None:
    """The first row stands, with what only the others knew; they stay as void, and the audit names each."""
    stands, *others = rows
    known = {name: next((row[name] for row in rows if row[name] is not None), None) for name in DETAILS}
    planned_at = next((row["at"] for row in others if row["status"] == "planned"), None)
    if stands["status"] == "planned":
        planned_at = None
    for other in others:
        move_flags(connection, other["id"], stands["id"])
        was = infusions.c.id == other["id"]
        connection.execute(sa.update(infusions).where(was).values(status="void"))
        noted = {"action": "infusion-merged", "patient_id": other["patient_id"], "subject_id": other["id"]}
        # An upgrade has no clock of its own: the line stands at the moment at which the day had one too many.
        connection.execute(sa.insert(audit).values(id=uuid4(), at=last_said_at(other), **noted))
    connection.execute(
        sa.update(infusions).where(infusions.c.id == stands["id"]).values(planned_at=planned_at, **known)
    )
    is_theirs = patients.c.id == stands["patient_id"]
    counted = {"data_version": patients.c.data_version + 1, "refit_due_at": patients.c.created_at}
    connection.execute(sa.update(patients).where(is_theirs).values(counted))


def move_flags(connection: sa.Connection, merged_id: UUID, standing_id: UUID) -> None:
    """Forecasts and flags of the merged one belong to the one that stands, or its cycle would be flagged twice."""
    connection.execute(
        sa.update(fits).where(fits.c.cycle_infusion_id == merged_id).values(cycle_infusion_id=standing_id)
    )
    there = flags.alias()
    has_its_own = (
        sa.select(there.c.measure)
        .where(there.c.cycle_infusion_id == standing_id, there.c.measure == flags.c.measure)
        .exists()
    )
    connection.execute(
        sa.update(flags)
        .where(flags.c.cycle_infusion_id == merged_id, ~has_its_own)
        .values(cycle_infusion_id=standing_id)
    )


def decide_held_flags_anew(connection: sa.Connection) -> None:
    """A plan may hold a flag back: the next forecast decides, and from now on says when it is decided again."""
    planned = sa.select(infusions.c.patient_id).where(infusions.c.status == "planned")
    connection.execute(
        sa.update(patients)
        .where(patients.c.refit_due_at.is_(None), patients.c.id.in_(planned))
        .values(refit_due_at=patients.c.created_at)
    )
