"""The house's own upkeep has a table, and dead letters are found by the end of their words."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_27_chores"
down_revision = "2026_11_27_own_priors"
branch_labels = None
depends_on = None

DEAD_WITH_WORDS = sa.text("status = 'dead' AND expires_at IS NOT NULL")


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
        "ix_outbox_dead_expires_at",
        "outbox",
        ["status", "expires_at"],
        sqlite_where=DEAD_WITH_WORDS,
        postgresql_where=DEAD_WITH_WORDS,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_dead_expires_at", table_name="outbox")
    op.drop_table("chores")
