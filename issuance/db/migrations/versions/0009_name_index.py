"""The index of names, with the keys of everyone who is held already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.people.name_index import fill

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_name_keys",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("people.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    fill(op.get_bind())


def downgrade() -> None:
    op.drop_table("person_name_keys")
