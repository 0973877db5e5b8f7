"""A running clock says when its next alarm is due, and nothing once it was told to the end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("case_clocks") as clocks:
        clocks.alter_column("warn_at", existing_type=_MOMENT, nullable=True)


def downgrade() -> None:
    op.execute("UPDATE case_clocks SET warn_at = started_at WHERE warn_at IS NULL")
    with op.batch_alter_table("case_clocks") as clocks:
        clocks.alter_column("warn_at", existing_type=_MOMENT, nullable=False)
