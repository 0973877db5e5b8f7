"""Evidence taken in for cases, and the checks of its files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "evidence_items",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("case_id", sa.String(36), nullable=False, index=True),
        sa.Column("sha256", sa.String(64), nullable=False, index=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("captured_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("recorded_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "evidence_checks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("started_by", sa.String(80), nullable=False),
        sa.Column("after", sa.String(64), nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("examined_bytes", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("findings", _JSON, nullable=False),
        sa.Column("finished_at", _MOMENT),
    )


def downgrade() -> None:
    op.drop_table("evidence_checks")
    op.drop_table("evidence_items")
