"""Editions of the passport: signed ones with their files, and drafts with their files and history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "specification_editions",
        sa.Column("edition", sa.String(4), primary_key=True),
        sa.Column("from_date", sa.Date, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("draft_id", sa.String(36)),
        sa.Column("signed_by", sa.String(80), nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "specification_drafts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("edition", sa.String(4), nullable=False, index=True),
        sa.Column("open", sa.String(4), unique=True),
        sa.Column("based_on", sa.String(4), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("first_approval", sa.String(36)),
        sa.Column("second_approval", sa.String(36)),
    )
    draft = "specification_drafts.id"
    op.create_table(
        "specification_draft_files",
        sa.Column("draft_id", sa.String(36), sa.ForeignKey(draft), primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "specification_draft_steps",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("draft_id", sa.String(36), sa.ForeignKey(draft), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("words", sa.String(1000)),
        sa.Column("file", sa.String(60)),
        sa.Column("digest", sa.String(64)),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_specification_draft_steps_draft", "specification_draft_steps", ["draft_id", "id"])


def downgrade() -> None:
    for name in (
        "specification_draft_steps",
        "specification_draft_files",
        "specification_drafts",
        "specification_editions",
    ):
        op.drop_table(name)
