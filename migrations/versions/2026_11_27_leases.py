"""Several processes on one database: who holds what, who sends which letter, and which programs a schema serves."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_27_leases"
down_revision = "2026_11_27_lanes"
branch_labels = None
depends_on = None
serves = revision
"""Programs before this one do not look who else sends, and must have stopped. What is only added to it may name it."""


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "served",
        sa.Column("oldest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("oldest", name=op.f("pk_served")),
    )
    op.add_column("outbox", sa.Column("sender", sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("sender")
    op.drop_table("served")
    op.drop_table("leases")
