"""The ladder of a case, the rota, calls by another way than Telegram, and items and questions for the team."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_28_safety"
down_revision = "2026_11_27_leases"
branch_labels = None
depends_on = None
serves = "2026_11_27_leases"
"""It only adds. A case that the program before opens has no next rung, which makes it due at once for this one."""

UNCLOSED = sa.text("closed_at IS NULL")
REMOVED = sa.text("remove_at IS NOT NULL")


def upgrade() -> None:
    _widen()
    _open_duty()
    _open_items()


def _widen() -> None:
    op.add_column("cases", sa.Column("climbs_from", Moment(), nullable=True))
    op.add_column("cases", sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("looked_at", Moment(), nullable=True))
    op.add_column("cases", sa.Column("next_rung_at", Moment(), nullable=True))
    op.create_index(
        "ix_cases_unclosed_next_rung_at",
        "cases",
        ["next_rung_at"],
        sqlite_where=UNCLOSED,
        postgresql_where=UNCLOSED,
    )
    ladder = sa.Column("ladder_minutes", sa.String(length=40), server_default="5,10,20,30,30", nullable=False)
    op.add_column("clinics", ladder)
    op.add_column("clinics", sa.Column("paged_from", sa.Time(), nullable=True))
    op.add_column("clinics", sa.Column("paged_until", sa.Time(), nullable=True))
    days = sa.Column("paged_weekdays", sa.String(length=20), server_default="1,2,3,4,5,6,7", nullable=False)
    op.add_column("clinics", days)
    op.add_column("clinics", sa.Column("alert_email", sa.String(length=200), nullable=True))
    op.add_column("patients", sa.Column("bipolar", sa.Boolean(), server_default=sa.false(), nullable=False))
    unread = sa.text("read_at IS NULL")
    op.create_index(
        "ix_notes_unread", "notes", ["patient_id", "at"], sqlite_where=unread, postgresql_where=unread
    )
    op.add_column("screens", sa.Column("remove_at", Moment(), nullable=True))
    op.create_index(
        "ix_screens_remove_at",
        "screens",
        ["remove_at"],
        sqlite_where=REMOVED,
        postgresql_where=REMOVED,
    )


def _open_duty() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("announce_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_shifts_clinic_id_clinics")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_shifts_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("ix_shifts_clinic_id_ends_at", "shifts", ["clinic_id", "ends_at"])
    op.create_index("ix_shifts_announce_at", "shifts", ["announce_at"])
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", Moment(), nullable=False),
        sa.Column("send_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("problem", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_calls_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_case_id"), "calls", ["case_id"])
    op.create_index("ix_calls_send_at", "calls", ["send_at"])


def _open_items() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("last_sign_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("snoozed_until", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_items_clinic_id_clinics")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_items_patient_id_patients")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_items_owner_id_people")),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_items_closed_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index(
        "uq_items_unclosed",
        "items",
        ["patient_id", "kind"],
        unique=True,
        sqlite_where=UNCLOSED,
        postgresql_where=UNCLOSED,
    )
    op.create_index("ix_items_clinic_id_closed_at", "items", ["clinic_id", "closed_at"])
    op.create_table(
        "inquiries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_inquiries_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
    )
    op.create_index(
        "uq_inquiries_unclosed",
        "inquiries",
        ["patient_id", "kind"],
        unique=True,
        sqlite_where=UNCLOSED,
        postgresql_where=UNCLOSED,
    )
    op.create_index("ix_inquiries_due_at", "inquiries", ["due_at"])
    op.create_index("ix_inquiries_patient_id_asked_at", "inquiries", ["patient_id", "asked_at"])


def downgrade() -> None:
    for table in ("inquiries", "items", "calls", "shifts"):
        op.drop_table(table)
    op.drop_index("ix_screens_remove_at", table_name="screens")
    op.drop_index("ix_notes_unread", table_name="notes")
    op.drop_index("ix_cases_unclosed_next_rung_at", table_name="cases")
    for table, columns in WIDENED.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)


WIDENED = {
    "screens": ("remove_at",),
    "patients": ("bipolar",),
    "clinics": ("alert_email", "paged_weekdays", "paged_until", "paged_from", "ladder_minutes"),
    "cases": ("next_rung_at", "looked_at", "rung", "climbs_from"),
}
