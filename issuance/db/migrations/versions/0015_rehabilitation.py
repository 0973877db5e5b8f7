"""When a penalty ended, and whether the court found a recidivist: the waiting for rehabilitation follows from both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rulings", sa.Column("recidivist", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("rulings", sa.Column("penalty_ended_on", sa.Date()))


def downgrade() -> None:
    with op.batch_alter_table("rulings") as table:
        table.drop_column("penalty_ended_on")
        table.drop_column("recidivist")
