"""Requests for certificates, what becomes of certificates afterwards, messages to phones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("people", sa.Column("phone", sa.String(16)))
    op.create_table(
        "messages",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
    )
    op.create_index("ix_messages_sent_at", "messages", ["sent_at"])
    op.create_table(
        "certificate_requests",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tracking", sa.String(64), nullable=False, unique=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("people.id")),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("asked", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("legal_basis", sa.String(400)),
        sa.Column("active", sa.String(80), unique=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("words", sa.String(1000)),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT),
        sa.Column("code", sa.String(64)),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("compiled", sa.Text()),
        sa.Column("number", sa.String(40)),
        sa.Column("request_id", sa.String(120), unique=True),
        sa.Column("requested_by", sa.String(80), nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_certificate_requests_person_id", "certificate_requests", ["person_id"])
    op.create_index("ix_certificate_requests_state_due", "certificate_requests", ["state", "due_at", "id"])
    op.create_index("ix_certificate_requests_office_state", "certificate_requests", ["office", "state", "due_at"])
    op.create_table(
        "certificate_request_steps",
        sa.Column("request_id", sa.String(36), sa.ForeignKey("certificate_requests.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("before", sa.String(12)),
        sa.Column("after", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("words", sa.String(1000)),
    )
    with op.batch_alter_table("certificates") as certificates:
        certificates.add_column(sa.Column("level", sa.String(12), nullable=False, server_default="person"))
        certificates.add_column(sa.Column("compiled", sa.Text()))
        certificates.add_column(sa.Column("status_index", sa.Integer()))
        certificates.create_unique_constraint("uq_certificates_status_index", ["status_index"])
    op.create_table(
        "certificate_events",
        sa.Column("number", sa.String(), sa.ForeignKey("certificates.number"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("office", sa.String(16)),
        sa.Column("reason", sa.String(40)),
        sa.Column("words", sa.String(1000)),
        sa.Column("other", sa.String(40)),
    )
    op.create_index("ix_certificate_events_kind", "certificate_events", ["kind"])
    op.create_index("ix_certificate_events_at", "certificate_events", ["at"])


def downgrade() -> None:
    op.drop_table("certificate_events")
    with op.batch_alter_table("certificates") as certificates:
        certificates.drop_constraint("uq_certificates_status_index", type_="unique")
        certificates.drop_column("status_index")
        certificates.drop_column("compiled")
        certificates.drop_column("level")
    op.drop_table("certificate_request_steps")
    op.drop_table("certificate_requests")
    op.drop_table("messages")
    op.drop_column("people", "phone")
