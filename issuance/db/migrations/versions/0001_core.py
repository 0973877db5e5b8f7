"""Core and staff: audit trail, signing intents, numbers, repeated requests; offices, accounts, sessions, clients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _core()
    _staff()


def _core() -> None:
    op.create_table(
        "audit_rows",
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor_id", sa.String(80), nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("action", sa.String(80), nullable=False, index=True),
        sa.Column("subject", sa.String(200), nullable=False, index=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "signing_intents",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False, index=True),
        sa.Column("key_id", sa.String(80), nullable=False, index=True),
        sa.Column("to_be_signed_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("outcome", sa.String(10)),
        sa.Column("result_sha256", sa.String(64)),
        sa.Column("resolved_at", _MOMENT),
        sa.CheckConstraint("outcome IN ('signed', 'failed')", name="ck_signing_intents_outcome"),
    )
    op.create_table(
        "number_allocations",
        sa.Column("series", sa.String(80), primary_key=True),
        sa.Column("serial", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("reference", sa.String(200), nullable=False, index=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("void_reason", sa.Text()),
        sa.Column("allocated_by", sa.String(80), nullable=False),
        sa.Column("allocated_at", _MOMENT, nullable=False),
        sa.Column("resolved_at", _MOMENT),
        sa.CheckConstraint("state IN ('allocated', 'used', 'void')", name="ck_number_allocations_state"),
        sa.CheckConstraint("(state = 'void') = (void_reason IS NOT NULL)", name="ck_number_allocations_void_reason"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.String(80), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("route", sa.String(200), primary_key=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("leased_until", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False, index=True),
        sa.Column("status", sa.Integer()),
        sa.Column("content_type", sa.String(100)),
        sa.Column("body", sa.LargeBinary()),
    )


def _staff() -> None:
    op.create_table(
        "offices",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("name_arabic", sa.String(200), nullable=False),
        sa.Column("name_english", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("region", sa.String(5)),
        sa.Column("parent", sa.String(16), sa.ForeignKey("offices.code")),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("username", sa.String(40), nullable=False, unique=True),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("office", sa.String(16), sa.ForeignKey("offices.code")),
        sa.Column("roles", _JSON, nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("last_used_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
    )
    op.create_table(
        "api_clients",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("office", sa.String(16), sa.ForeignKey("offices.code")),
        sa.Column("roles", _JSON, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT),
    )


def downgrade() -> None:
    for table in ("api_clients", "staff_sessions", "accounts", "offices"):
        op.drop_table(table)
    for table in ("idempotency_keys", "number_allocations", "signing_intents", "audit_rows"):
        op.drop_table(table)
