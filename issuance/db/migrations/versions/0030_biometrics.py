"""Fingerprint captures, accepted portraits, searches for duplicates, the stand-in's gallery, declared outages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue, UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "biometric_captures",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("application_id", sa.String(36), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("device", sa.String(120), nullable=False),
        sa.Column("fingers", JsonValue, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("approval", sa.String(36)),
        sa.Column("taken_by", sa.String(80), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_biometric_captures_application", "biometric_captures", ["application_id", "id"])
    op.create_table(
        "biometric_portraits",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("application_id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("warnings", JsonValue, nullable=False),
        sa.Column("words", sa.String(1000)),
        sa.Column("accepted_by", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_biometric_portraits_application", "biometric_portraits", ["application_id", "id"])
    op.create_table(
        "biometric_searches",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("application_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("probe", sa.LargeBinary),
        sa.Column("eyes", JsonValue, nullable=False),
        sa.Column("humanitarian", sa.String(24)),
        sa.Column("degraded_id", sa.String(36)),
        sa.Column("recheck_due", UtcDateTime),
        sa.Column("outcome", sa.String(9)),
        sa.Column("searched_by", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime),
    )
    op.create_index("ix_biometric_searches_application", "biometric_searches", ["application_id", "id"])
    op.create_index("ix_biometric_searches_state", "biometric_searches", ["state", "id"])
    op.create_table(
        "biometric_candidates",
        sa.Column("search_id", sa.String(36), sa.ForeignKey("biometric_searches.id"), primary_key=True),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("face_percent", sa.Integer),
        sa.Column("name_percent", sa.Integer),
    )
    op.create_table(
        "afis_faces",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("face", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_afis_faces_once", "afis_faces", ["reference", "digest"], unique=True)
    op.create_table(
        "afis_degraded",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("declared_by", sa.String(80), nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("ended_by", sa.String(80)),
    )


def downgrade() -> None:
    for name in (
        "afis_degraded",
        "afis_faces",
        "biometric_candidates",
        "biometric_searches",
        "biometric_portraits",
        "biometric_captures",
    ):
        op.drop_table(name)
