"""Alarms of case clocks: what was told to whom, and when a running clock first warns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("case_clocks", sa.Column("warn_at", _MOMENT))
    op.execute("UPDATE case_clocks SET warn_at = started_at")  # `cases rebuild` writes the moment itself
    with op.batch_alter_table("case_clocks") as clocks:
        clocks.alter_column("warn_at", existing_type=_MOMENT, nullable=False)
    op.create_index("ix_case_clocks_warn_at", "case_clocks", ["warn_at"])
    op.create_table(
        "case_alarms",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("target", sa.String(16), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("case_id", "target", "code", "started_at", "percent", name="uq_case_alarms_clock_percent"),
    )
    op.create_index("ix_case_alarms_role_office", "case_alarms", ["role", "office"])


def downgrade() -> None:
    op.drop_table("case_alarms")
    op.drop_index("ix_case_clocks_warn_at", "case_clocks")
    with op.batch_alter_table("case_clocks") as clocks:
        clocks.drop_column("warn_at")
