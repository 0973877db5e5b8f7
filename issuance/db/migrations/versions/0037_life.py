"""Blanks held against books each day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue, UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passport_reconciliations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("on", sa.Date, nullable=False, index=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("offices", JsonValue, nullable=False),
        sa.Column("findings", JsonValue, nullable=False),
        sa.Column("found", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("passport_reconciliations")
