"""What becomes of books: records for INTERPOL, invalidations, defects, offices cut off; look-ups by office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue, UtcDateTime

revision = "0033"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sltd_records",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("document_code", sa.String(2), nullable=False),
        sa.Column("issuing_state", sa.String(3), nullable=False),
        sa.Column("category", sa.String(12), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("export", sa.Integer, index=True),
    )
    op.create_index("ix_sltd_records_number", "sltd_records", ["number", "seq"])
    op.create_table(
        "sltd_exports",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("acknowledged_at", UtcDateTime),
        sa.Column("acknowledged_by", sa.String(80)),
        sa.Column("reference", sa.String(120)),
    )
    op.create_table(
        "passport_invalidations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("case_reference", sa.String(120), nullable=False),
        sa.Column("scope", JsonValue, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("books", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("undone_at", UtcDateTime),
        sa.Column("undone_asked_by", sa.String(80)),
        sa.Column("undone_by", sa.String(80)),
    )
    op.create_table(
        "passport_defects",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("deviation", sa.String(80), nullable=False),
        sa.Column("about", sa.String(80)),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("conditions", JsonValue, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
    )
    op.create_table(
        "passport_marks",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "office_cut_offs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("office", sa.String(16), sa.ForeignKey("offices.code"), nullable=False),
        sa.Column("standing", sa.String(16), unique=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.String(80)),
    )
    op.create_index("ix_office_cut_offs_office", "office_cut_offs", ["office"])
    op.create_index("ix_passports_office_issued", "passports", ["office", "issued_on", "number"])


def downgrade() -> None:
    op.drop_index("ix_passports_office_issued", table_name="passports")
    for table in (
        "office_cut_offs",
        "passport_marks",
        "passport_defects",
        "passport_invalidations",
        "sltd_exports",
        "sltd_records",
    ):
        op.drop_table(table)
