"""Printing lines with their certificates, packages, the fate of each book in them, messages taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue, UtcDateTime

revision = "0032"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "printing_lines",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("office", sa.String(16), nullable=False, index=True),
        sa.Column("certificate", sa.LargeBinary, nullable=False),
        sa.Column("registered_by", sa.String(80), nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
    )
    op.create_table(
        "line_packages",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("line", sa.String(16), sa.ForeignKey("printing_lines.id"), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("dropped_at", UtcDateTime),
        sa.UniqueConstraint("line", "sequence"),
    )
    op.create_table(
        "line_package_books",
        sa.Column("package_id", sa.String(36), sa.ForeignKey("line_packages.id"), primary_key=True),
        sa.Column("number", sa.String(9), sa.ForeignKey("passports.number"), primary_key=True, index=True),
        sa.Column("result", sa.String(8)),
        sa.Column("reason", sa.String(1000)),
        sa.Column("read_back", JsonValue),
        sa.Column("answered_at", UtcDateTime),
    )
    op.create_table(
        "line_messages",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("package_id", sa.String(36), sa.ForeignKey("line_packages.id"), nullable=False, index=True),
        sa.Column("taken_by", sa.String(80), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for name in ("line_messages", "line_package_books", "line_packages", "printing_lines"):
        op.drop_table(name)
