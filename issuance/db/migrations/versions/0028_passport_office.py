"""Applications for passports with steps, files and holds; books with application, blank, predecessor, state, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue, UtcDateTime

revision = "0028"
down_revision = "0031"
branch_labels = None
depends_on = None

APPLICATION = "passport_applications.id"


def upgrade() -> None:
    op.create_table(
        "passport_applications",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tracking", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("document_type", sa.String(24), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("asked", JsonValue, nullable=False),
        sa.Column("content_version", sa.Integer, nullable=False),
        sa.Column("person_id", sa.String, sa.ForeignKey("people.id"), index=True),
        sa.Column("active", sa.String(80), unique=True),
        sa.Column("predecessor", sa.String(9)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("words", sa.String(1000)),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("lease_by", sa.String(80)),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("number", sa.String(9)),
        sa.Column("enrolled_by", sa.String(80), nullable=False),
        sa.Column("authors", JsonValue, nullable=False),
        sa.Column("enrolled_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_digest", sa.String(64)),
        sa.Column("request_id", sa.String(120), unique=True),
    )
    op.create_index("ix_passport_applications_state_due", "passport_applications", ["state", "due_at", "id"])
    op.create_index("ix_passport_applications_office_state", "passport_applications", ["office", "state", "due_at"])
    op.create_table(
        "passport_application_steps",
        sa.Column("application_id", sa.String(36), sa.ForeignKey(APPLICATION), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("before", sa.String(12)),
        sa.Column("after", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("words", sa.String(1000)),
        sa.Column("faults", JsonValue),
    )
    op.create_table(
        "passport_application_files",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("application_id", sa.String(36), sa.ForeignKey(APPLICATION), nullable=False, index=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
    )
    op.create_table(
        "passport_holds",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("application_id", sa.String(36), sa.ForeignKey(APPLICATION), nullable=False, index=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("open", sa.String(200), unique=True),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("raised_by", sa.String(80), nullable=False),
        sa.Column("lifted_at", UtcDateTime),
        sa.Column("ended", sa.String(8)),
        sa.Column("lifted_by", sa.String(80)),
        sa.Column("words", sa.String(1000)),
    )
    with op.batch_alter_table("passports") as passports:
        passports.add_column(sa.Column("document_type", sa.String(24), nullable=False, server_default="ORDINARY"))
        passports.add_column(sa.Column("application_id", sa.String(36)))
        passports.add_column(sa.Column("blank", sa.String(12)))
        passports.add_column(sa.Column("predecessor", sa.String(9)))
        passports.add_column(sa.Column("state", sa.String(24), nullable=False, server_default="active"))
        passports.create_foreign_key("fk_passports_application", "passport_applications", ["application_id"], ["id"])
        passports.create_unique_constraint("uq_passports_blank", ["blank"])
        for name in ("application_id", "predecessor", "state"):
            passports.create_index(f"ix_passports_{name}", [name])
    op.create_table(
        "passport_events",
        sa.Column("number", sa.String(9), sa.ForeignKey("passports.number"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False, index=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("reason", sa.String(120)),
        sa.Column("words", sa.String(1000)),
        sa.Column("other", sa.String(9)),
    )
    op.create_index("ix_passport_events_at", "passport_events", ["at"])


def downgrade() -> None:
    op.drop_table("passport_events")
    with op.batch_alter_table("passports") as passports:
        for name in ("application_id", "predecessor", "state"):
            passports.drop_index(f"ix_passports_{name}")
        passports.drop_constraint("uq_passports_blank", type_="unique")
        passports.drop_constraint("fk_passports_application", type_="foreignkey")
        for name in ("state", "predecessor", "blank", "application_id", "document_type"):
            passports.drop_column(name)
    for name in ("passport_holds", "passport_application_files", "passport_application_steps", "passport_applications"):
        op.drop_table(name)
