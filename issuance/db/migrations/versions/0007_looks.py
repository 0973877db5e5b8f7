"""Who looked at criminal data, when, and for what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_looks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("case_id", sa.String(36), index=True),
        sa.Column("person_id", sa.String(36), index=True),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("own_part", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
    )
    op.create_index("ix_case_looks_account_at", "case_looks", ["account", "at"])
    op.create_index("ix_case_looks_at", "case_looks", ["at"])


def downgrade() -> None:
    op.drop_table("case_looks")
