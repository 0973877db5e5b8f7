"""Which PAdES level each signed PDF reached, and whether it waits for its time stamp. Old rows are judged by upkeep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("certificates", "certificate_refusals")


def upgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("pdf_level", sa.String(4)))
            table.add_column(sa.Column("pdf_waits", sa.Boolean(), nullable=False, server_default=sa.true()))
            table.create_index(f"ix_{name}_pdf_waits", ["pdf_waits"])


def downgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_index(f"ix_{name}_pdf_waits")
            table.drop_column("pdf_waits")
            table.drop_column("pdf_level")
