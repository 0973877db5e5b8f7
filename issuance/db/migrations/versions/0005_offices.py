"""Offices: whose they are, and the dated orders that merge, split, close and move them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _office(name: str, *, key: bool = True, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(16), sa.ForeignKey("offices.code"), primary_key=key, nullable=not key, index=index)


def _order() -> sa.Column[str]:
    return sa.Column("order_id", sa.String(36), sa.ForeignKey("office_orders.id"), primary_key=True)


def upgrade() -> None:
    op.add_column("offices", sa.Column("authority", sa.String(30)))
    op.create_index("ix_offices_parent", "offices", ["parent"])
    op.create_table(
        "office_orders",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("legal_reference", sa.String(500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
    )
    op.create_table(
        "office_successions",
        _order(),
        _office("predecessor", index=True),
        _office("successor"),
        sa.Column("effective_on", sa.Date(), nullable=False),
    )
    op.create_table(
        "office_placements",
        _order(),
        _office("office", index=True),
        _office("parent", key=False),
        sa.Column("authority", sa.String(30)),
        sa.Column("effective_on", sa.Date(), nullable=False),
    )


def downgrade() -> None:
    for table in ("office_placements", "office_successions", "office_orders"):
        op.drop_table(table)
    op.drop_index("ix_offices_parent", "offices")
    op.drop_column("offices", "authority")
