"""Two people register a printing line, it is closed for a reason, and its packages wait to be fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import UtcDateTime

revision = "0039"
down_revision = "pages_01"
branch_labels = None
depends_on = None
LINES = {"approved_by": 80, "closed_by": 80, "closed_reason": 16, "closed_words": 1000}


def upgrade() -> None:
    for name, most in LINES.items():
        op.add_column("printing_lines", sa.Column(name, sa.String(most)))
    op.add_column("line_packages", sa.Column("sealed_at", UtcDateTime))
    op.add_column("line_packages", sa.Column("collected_at", UtcDateTime))
    op.execute("UPDATE line_packages SET sealed_at = created_at, collected_at = created_at WHERE dropped_at IS NULL")
    op.create_table(
        "line_envelopes",
        sa.Column("package_id", sa.String(36), sa.ForeignKey("line_packages.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.add_column("passports", sa.Column("line", sa.String(16)))
    op.create_index("ix_passports_line", "passports", ["line"])


def downgrade() -> None:
    op.drop_index("ix_passports_line", "passports")
    op.drop_column("passports", "line")
    op.drop_table("line_envelopes")
    for name in ("collected_at", "sealed_at"):
        op.drop_column("line_packages", name)
    for name in LINES:
        op.drop_column("printing_lines", name)
