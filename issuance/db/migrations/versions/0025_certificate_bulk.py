"""Files of certificate requests by authorities, and the calls that tell their systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "certificate_bulks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(80), nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.UniqueConstraint("sender", "sha256", name="uq_certificate_bulks_sender_sha256"),
    )
    op.create_index("ix_certificate_bulks_sender", "certificate_bulks", ["sender"])
    op.create_index("ix_certificate_bulks_ended_at", "certificate_bulks", ["ended_at"])
    op.create_table(
        "certificate_bulk_rows",
        sa.Column("bulk_id", sa.String(36), sa.ForeignKey("certificate_bulks.id"), primary_key=True),
        sa.Column("line", sa.Integer(), primary_key=True),
        sa.Column("reference", sa.String(60)),
        sa.Column("asked", _JSON),
        sa.Column("outcome", sa.String(16)),
        sa.Column("request_id", sa.String(36), sa.ForeignKey("certificate_requests.id")),
        sa.Column("faults", _JSON),
    )
    op.create_index("ix_certificate_bulk_rows_outcome", "certificate_bulk_rows", ["bulk_id", "outcome", "line"])
    op.create_index("ix_certificate_bulk_rows_request_id", "certificate_bulk_rows", ["request_id"])
    op.create_table(
        "certificate_webhooks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("url", sa.String(400), nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.Column("registered_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
    )
    op.create_index("ix_certificate_webhooks_sender", "certificate_webhooks", ["sender"])
    op.create_table(
        "certificate_webhook_calls",
        sa.Column("webhook_id", sa.String(36), sa.ForeignKey("certificate_webhooks.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("answered", sa.String(80)),
    )
    op.create_index("ix_certificate_webhook_calls_state", "certificate_webhook_calls", ["state", "webhook_id", "seq"])


def downgrade() -> None:
    for table in ("certificate_webhook_calls", "certificate_webhooks", "certificate_bulk_rows", "certificate_bulks"):
        op.drop_table(table)
