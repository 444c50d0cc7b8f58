"""What was said before an update was stored, and an index by which the oldest update of each chat is found."""

import sqlalchemy as sa
from alembic import op

from db.types import Moment

revision = "2026_11_27_said_first"
down_revision = "2026_11_27_chores"
branch_labels = None
depends_on = None

INDEX = "ix_inbox_waiting_lane"
WAITS = sa.text("status = 'waiting'")


def upgrade() -> None:
    with op.batch_alter_table("inbox") as inbox:
        inbox.add_column(sa.Column("said_at", Moment(), nullable=True))
    columns = ["bot_id", "lane", "update_id"]
    op.create_index(INDEX, "inbox", columns, postgresql_where=WAITS, sqlite_where=WAITS)


def downgrade() -> None:
    op.drop_index(INDEX, "inbox")
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_column("said_at")
