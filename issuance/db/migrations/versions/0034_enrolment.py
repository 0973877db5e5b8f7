"""What the judgement of a portrait noted and did not refuse, beside the file it judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("passport_application_files") as table:
        table.add_column(sa.Column("warnings", JsonValue))


def downgrade() -> None:
    with op.batch_alter_table("passport_application_files") as table:
        table.drop_column("warnings")
