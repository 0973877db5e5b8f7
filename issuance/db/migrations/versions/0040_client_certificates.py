"""A program that calls the API may be bound to TLS certificates, by digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_certificates",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("client_id", sa.String(36), sa.ForeignKey("api_clients.id"), nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("not_after", UtcDateTime, nullable=False),
        sa.Column("bound_at", UtcDateTime, nullable=False),
        sa.Column("unbound_at", UtcDateTime),
    )
    op.create_index("ix_client_certificates_client_id", "client_certificates", ["client_id"])


def downgrade() -> None:
    op.drop_table("client_certificates")
