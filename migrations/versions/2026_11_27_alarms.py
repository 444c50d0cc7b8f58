"""Alarms to whoever runs the service, and its last full round."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_27_alarms"
down_revision = "2026_11_27_said_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("tell_at", Moment(), nullable=True),
        sa.Column("cleared_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_alarms_clinic_id_clinics")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarms")),
    )
    op.create_table(
        "rounds",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updates_at", Moment(), nullable=True),
        sa.Column("bell_at", Moment(), nullable=True),
        sa.Column("written_at", Moment(), nullable=False),
        sa.Column("full_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("bot_id", name=op.f("pk_rounds")),
    )


def downgrade() -> None:
    op.drop_table("rounds")
    op.drop_table("alarms")
