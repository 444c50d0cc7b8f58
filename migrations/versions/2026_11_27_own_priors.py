"""A clinic's own priors: versions of what its patients have taught the model."""

import sqlalchemy as sa
from alembic import op

from db.types import JSON_OBJECT, Moment

revision = "2026_11_27_own_priors"
down_revision = "2026_11_27_one_infusion_a_day"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_priors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.String(length=16), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("numbers", JSON_OBJECT, nullable=False),
        sa.Column("patients", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("log_score_before", sa.Double(), nullable=True),
        sa.Column("log_score", sa.Double(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_own_priors_clinic_id_clinics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_priors")),
        sa.UniqueConstraint(
            "clinic_id",
            "condition",
            "measure",
            "kind",
            "version",
            name=op.f("uq_own_priors_clinic_id_condition_measure_kind_version"),
        ),
    )


def downgrade() -> None:
    op.drop_table("own_priors")
