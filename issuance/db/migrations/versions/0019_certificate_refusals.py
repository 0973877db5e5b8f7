"""Signed refusals of requests for certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_refusals",
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("request_id", sa.String(36), sa.ForeignKey("certificate_requests.id"), nullable=False, unique=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("appeal_until", sa.Date(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_intent_id", sa.String(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_certificate_refusals_person_id", "certificate_refusals", ["person_id"])


def downgrade() -> None:
    op.drop_table("certificate_refusals")
