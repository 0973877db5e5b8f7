"""Messages to phones: how often and when next they are tried, and until when their text is a secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_LONG_AGO = "2026-01-01 00:00:00.000000"


def upgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        messages.add_column(sa.Column("next_at", _MOMENT, nullable=False, server_default=_LONG_AGO))
        messages.add_column(sa.Column("secret_until", _MOMENT))


def downgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("secret_until")
        messages.drop_column("next_at")
        messages.drop_column("tries")
