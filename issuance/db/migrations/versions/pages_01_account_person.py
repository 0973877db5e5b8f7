"""Whose account it is, by the id of the civil registry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "pages_01"
down_revision = "0038_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("person", sa.String(36)))


def downgrade() -> None:
    op.drop_column("accounts", "person")
