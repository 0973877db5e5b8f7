"""Blanks as a ledger: accounts, movements with their entries, the blanks, transfers and counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import UtcDateTime

revision = "0031"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_accounts",
        sa.Column("id", sa.String(48), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("frozen_at", UtcDateTime),
        sa.Column("frozen_by", sa.String(80)),
        sa.Column("frozen_reason", sa.String(1000)),
        sa.CheckConstraint("balance >= 0 OR kind = 'supplier'", name="ck_stock_accounts_balance"),
    )
    op.create_index("ix_stock_accounts_office", "stock_accounts", ["office"])
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("second", sa.String(80)),
        sa.Column("approval", sa.String(36)),
        sa.Column("reason", sa.String(40)),
        sa.Column("document", sa.String(80)),
        sa.Column("passport", sa.String(9)),
        sa.Column("numbers", sa.Integer, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_stock_movements_use", "stock_movements", ["kind", "office", "on"])
    op.create_index("ix_stock_movements_office", "stock_movements", ["office", "id"])
    op.create_table(
        "stock_entries",
        sa.Column("movement_id", sa.String(36), sa.ForeignKey("stock_movements.id"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(48), sa.ForeignKey("stock_accounts.id"), nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.CheckConstraint('"last" >= "first"', name="ck_stock_entries_range"),
        sa.CheckConstraint('abs(quantity) = "last" - "first" + 1', name="ck_stock_entries_quantity"),
    )
    wide = sa.text('"last" > "first"')
    op.create_index("ix_stock_entries_first", "stock_entries", ["first"])
    op.create_index(
        "ix_stock_entries_wide", "stock_entries", ["first", "last"], sqlite_where=wide, postgresql_where=wide
    )
    op.create_index("ix_stock_entries_account", "stock_entries", ["account", "movement_id"])
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "stock_blanks",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("account", sa.String(48), sa.ForeignKey("stock_accounts.id"), nullable=False),
        sa.Column("passport", sa.String(9), unique=True),
    )
    op.create_index("ix_stock_blanks_account", "stock_blanks", ["account", "number"])
    op.create_table(
        "stock_transfers",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("from_office", sa.String(16), nullable=False),
        sa.Column("to_office", sa.String(16), nullable=False),
        sa.Column("numbers", sa.Integer, nullable=False),
        sa.Column("seals", sa.String(200), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("surplus", sa.Text, nullable=False),
    )
    op.create_index("ix_stock_transfers_state", "stock_transfers", ["state", "to_office"])
    op.create_index("ix_stock_transfers_from", "stock_transfers", ["from_office", "id"])
    op.create_table(
        "stock_counts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("counted", sa.Integer, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("surplus", sa.Text, nullable=False),
        sa.Column("words", sa.String(1000)),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_stock_counts_office", "stock_counts", ["office", "on"])


def downgrade() -> None:
    for name in (
        "stock_counts",
        "stock_transfers",
        "stock_blanks",
        "stock_entries",
        "stock_movements",
        "stock_accounts",
    ):
        op.drop_table(name)
