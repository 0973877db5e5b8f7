"""The civil registry: its facts of people held here, their changes, and family records that are watched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue, UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registry_entries",
        sa.Column("person_id", sa.String, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("family_record", sa.String(40), index=True),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("registered_late", sa.Boolean, nullable=False),
        sa.Column("transfers", JsonValue, nullable=False),
        sa.Column("under_review", sa.String(60)),
        sa.Column("father", sa.String(12)),
        sa.Column("mother", sa.String(12)),
        sa.Column("guardian", sa.String(12)),
        sa.Column("etag", sa.String(100)),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "state IN ('live', 'deceased', 'nationality_withdrawn', 'number_withdrawn', 'unregistered')",
            name="ck_registry_entries_state",
        ),
    )
    op.create_table(
        "registry_changes",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("reference", sa.String(60)),
        sa.Column("changes", JsonValue, nullable=False),
        sa.Column("approval", sa.String(36)),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_registry_changes_person", "registry_changes", ["person_id", "id"])
    op.create_table(
        "watched_families",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("family_record", sa.String(40), nullable=False, index=True),
        sa.Column("standing", sa.String(40), unique=True),
        sa.Column("case_reference", sa.String(60), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("approval", sa.String(36), nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("end_approval", sa.String(36)),
    )


def downgrade() -> None:
    for name in ("watched_families", "registry_changes", "registry_entries"):
        op.drop_table(name)
