"""Appointments at passport offices: a place or the wait for one, without a name or a number of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passport_appointments",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tracking", sa.String(64), nullable=False, unique=True),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("active", sa.String(64), unique=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("slot", UtcDateTime),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
    )
    op.create_index("ix_passport_appointments_queue", "passport_appointments", ["office", "state", "asked_at"])
    op.create_index("ix_passport_appointments_slot", "passport_appointments", ["office", "slot"])


def downgrade() -> None:
    op.drop_table("passport_appointments")
