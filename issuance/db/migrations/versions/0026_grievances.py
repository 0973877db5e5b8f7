"""Grievances: a request may be refused again, and the second refusal names the one it upholds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_NAMES = {"uq": "%(table_name)s_%(column_0_name)s_key"}  # what PostgreSQL calls it, and a name for SQLite's


def upgrade() -> None:
    with op.batch_alter_table("certificate_refusals", naming_convention=_NAMES) as refusals:
        refusals.add_column(sa.Column("upholds", sa.String(40)))
        refusals.drop_constraint("certificate_refusals_request_id_key", type_="unique")
    op.create_index("ix_certificate_refusals_request_id", "certificate_refusals", ["request_id"])


def downgrade() -> None:
    op.drop_index("ix_certificate_refusals_request_id", "certificate_refusals")
    with op.batch_alter_table("certificate_refusals") as refusals:
        refusals.drop_column("upholds")
        refusals.create_unique_constraint("certificate_refusals_request_id_key", ["request_id"])
