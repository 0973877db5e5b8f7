"""Events of certificates are signed; how far certificates have followed the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificate_events") as events:
        events.add_column(sa.Column("signed", sa.LargeBinary(), nullable=False, server_default=""))
    op.create_table(
        "certificate_marks",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("certificate_marks")
    with op.batch_alter_table("certificate_events") as events:
        events.drop_column("signed")
