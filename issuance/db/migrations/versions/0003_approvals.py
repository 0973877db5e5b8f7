"""Changes that two people make: asked for by one, decided by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False, index=True),
        sa.Column("subject_digest", sa.String(64), nullable=False),
        sa.Column("proposal", _JSON, nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("about", sa.String(80)),
        sa.Column("asked_by", sa.String(80), nullable=False, index=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", _MOMENT),
        sa.Column("decision_reason", sa.Text()),
        sa.CheckConstraint("decision IN ('approved', 'refused', 'withdrawn')", name="ck_approvals_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decision_reason IS NULL)",
            name="ck_approvals_whole",
        ),
        sa.CheckConstraint(
            "decision <> 'approved' OR (decided_by <> asked_by AND (about IS NULL OR decided_by <> about))",
            name="ck_approvals_two_people",
        ),
    )
    op.create_index("ix_approvals_waiting", "approvals", ["decision", "expires_at"])


def downgrade() -> None:
    op.drop_table("approvals")
