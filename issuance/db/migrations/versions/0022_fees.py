"""Fees: payments, the ledger of money, receipts, closings of cash desks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "fee_payments",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("subject", sa.String(80), nullable=False, unique=True),
        sa.Column("document", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("tariff", sa.String(40), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("electronic", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("exemption", sa.String(40)),
        sa.Column("exemption_proof", sa.String(200)),
        sa.Column("reason", sa.String(16)),
        sa.Column("kept", sa.String(36)),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("refunding", sa.String(36)),
        sa.Column("pay_at", sa.String(1000)),
        sa.Column("asked_at", _MOMENT),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
    )
    op.create_index("ix_fee_payments_office_state", "fee_payments", ["office", "state", "opened_at"])
    op.create_index("ix_fee_payments_followed", "fee_payments", ["followed", "document", "id"])
    op.create_index("ix_fee_payments_owed", "fee_payments", ["owed", "office"])
    op.create_table(
        "fee_entries",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("fee_payments.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("cashier", sa.String(80), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("transaction", sa.String(80)),
        sa.Column("refunds", sa.String(36), unique=True),
        sa.Column("reason", sa.String(16)),
        sa.Column("approval", sa.String(36)),
        sa.Column("once", sa.String(120), nullable=False, unique=True),
    )
    op.create_index("ix_fee_entries_payment_id", "fee_entries", ["payment_id"])
    op.create_index("ix_fee_entries_cashier", "fee_entries", ["cashier", "office", "at"])
    op.create_table(
        "fee_receipts",
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("entry_id", sa.String(36), sa.ForeignKey("fee_entries.id"), nullable=False, unique=True),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("fee_payments.id"), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_intent_id", sa.String(), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_fee_receipts_payment_id", "fee_receipts", ["payment_id"])
    op.create_table(
        "fee_closings",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("cashier", sa.String(80), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(1000)),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_fee_closings_office", "fee_closings", ["office", "at"])
    op.create_table(
        "fee_closing_entries",
        sa.Column("entry_id", sa.String(36), sa.ForeignKey("fee_entries.id"), primary_key=True),
        sa.Column("closing_id", sa.String(36), sa.ForeignKey("fee_closings.id"), nullable=False),
    )
    op.create_index("ix_fee_closing_entries_closing_id", "fee_closing_entries", ["closing_id"])


def downgrade() -> None:
    for table in ("fee_closing_entries", "fee_closings", "fee_receipts", "fee_entries", "fee_payments"):
        op.drop_table(table)
