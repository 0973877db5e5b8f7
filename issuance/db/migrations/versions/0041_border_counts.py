"""Border posts count what they inspected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "border_counts",
        sa.Column("post", sa.String(16), sa.ForeignKey("offices.code"), primary_key=True),
        sa.Column("on", sa.Date, primary_key=True),
        sa.Column("outcome", sa.String(13), primary_key=True),
        sa.Column("inspections", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("border_counts")
