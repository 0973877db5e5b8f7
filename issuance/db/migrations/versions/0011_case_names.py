"""Looks for people by name, and the names of accused persons whose identity is not confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from issuance.people.public import name_keys

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
BATCH = 5_000
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "person_looks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("found", _JSON, nullable=False),
    )
    op.create_index("ix_person_looks_account_at", "person_looks", ["account", "at"])
    keys = op.create_table(
        "case_name_keys",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("case_id", sa.String(36), primary_key=True, index=True),
        sa.Column("accused", sa.String(8), primary_key=True),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind(), keys)


def _fill(connection: sa.Connection, keys: sa.Table) -> None:
    """The keys of everyone who is known by name only already."""
    accused = sa.table("case_accused", *(sa.column(name) for name in ("case_id", "code", "name", "person_id")))
    columns = accused.c.case_id, accused.c.code, accused.c.name
    last = ("", "")
    while True:
        after = sa.tuple_(accused.c.case_id, accused.c.code) > sa.tuple_(*map(sa.literal, last))
        unknown = accused.c.person_id.is_(None) & accused.c.name.is_not(None)
        query = sa.select(*columns).where(unknown, after).order_by(accused.c.case_id, accused.c.code).limit(BATCH)
        found = connection.execute(query).all()
        if not found:
            return
        rows = [{"key": k, "case_id": case, "accused": code} for case, code, name in found for k in name_keys(name)]
        if rows:
            connection.execute(sa.insert(keys), rows)
        last = found[-1][0], found[-1][1]


def downgrade() -> None:
    op.drop_table("case_name_keys")
    op.drop_index("ix_person_looks_account_at", "person_looks")
    op.drop_table("person_looks")
