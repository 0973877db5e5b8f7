"""Reminders to collect a book, each once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import UtcDateTime

revision = "0038_life"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passport_reminders",
        sa.Column("application_id", sa.String(36), sa.ForeignKey("passport_applications.id"), primary_key=True),
        sa.Column("number", sa.String(9), primary_key=True),
        sa.Column("days", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("passport_reminders")
