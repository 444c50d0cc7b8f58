"""Lanes of the outbox, and indexes by which the first of those that wait or are due is found however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_lanes"
down_revision = "2026_11_27_alarms"
branch_labels = None
depends_on = None

Indexes = tuple[tuple[str, str, list[str], str | None], ...]
"""Name, table, columns, and which rows (None: all)."""
WAITS = "status = 'queued' OR status = 'retry'"
NEW: Indexes = (
    ("ix_outbox_lane_status_serial", "outbox", ["lane", "status", "priority", "serial"], WAITS),
    ("ix_outbox_lane_status_send_at", "outbox", ["lane", "status", "send_at"], WAITS),
    ("ix_outbox_status_send_at", "outbox", ["status", "send_at"], WAITS),
    (
        "ix_outbox_status_expires_at",
        "outbox",
        ["status", "expires_at"],
        f"({WAITS}) AND expires_at IS NOT NULL",
    ),
    (
        "ix_patients_next_due_at_code",
        "patients",
        ["next_due_at", "code"],
        "status = 'active' OR status = 'unreachable'",
    ),
    ("ix_patients_refit_due_at_code", "patients", ["refit_due_at", "code"], None),
    ("ix_checkins_remind_at_id", "checkins", ["remind_at", "id"], None),
    ("ix_checkins_status_closes_at_id", "checkins", ["status", "closes_at", "id"], None),
)
OLD: Indexes = (
    ("ix_outbox_status_send_at", "outbox", ["status", "priority", "send_at"], None),
    ("ix_patients_status_next_due_at", "patients", ["status", "next_due_at"], None),
    ("ix_patients_refit_due_at", "patients", ["refit_due_at"], None),
    ("ix_checkins_remind_at", "checkins", ["remind_at"], None),
    ("ix_checkins_status_closes_at", "checkins", ["status", "closes_at"], None),
)
outbox = sa.table("outbox", sa.column("lane"), sa.column("kind"), sa.column("priority"), sa.column("status"))


def upgrade() -> None:
    # A program of before names no lane: what it queues is sent by itself, and waits among the many where it dies.
    op.add_column("outbox", sa.Column("lane", sa.String(length=16), nullable=False, server_default="bulk"))
    waiting = outbox.update().where(outbox.c.status.in_(("queued", "retry", "sending")))
    op.execute(waiting.where(outbox.c.kind == "reply").values(lane="reply"))
    op.execute(waiting.where(outbox.c.priority == 0).values(lane="urgent"))
    _replace(OLD, NEW)


def downgrade() -> None:
    _replace(NEW, OLD)
    op.drop_column("outbox", "lane")


def _replace(old: Indexes, new: Indexes) -> None:
    for name, table, _, _ in old:
        op.drop_index(name, table)
    for name, table, columns, rows in new:
        only = None if rows is None else sa.text(rows)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
