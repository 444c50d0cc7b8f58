"""The house's own upkeep has a table, and what has an end in the outbox is found by it."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_27_chores"
down_revision = "2026_11_27_own_priors"
branch_labels = None
depends_on = None

HAS_AN_END = sa.text("expires_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("failed_at", Moment(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )
    op.create_index(
        "ix_outbox_status_expires_at",
        "outbox",
        ["status", "expires_at"],
        sqlite_where=HAS_AN_END,
        postgresql_where=HAS_AN_END,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_status_expires_at", table_name="outbox")
    op.drop_table("chores")
