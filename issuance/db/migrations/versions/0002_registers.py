"""The registers: people, rulings and their effects, passports with their files, certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("national_number", sa.String(12), nullable=False, unique=True, index=True),
        sa.Column("sex", sa.String(1), nullable=False),
        sa.Column("birth_date", sa.String(10), nullable=False),
        *(_text(f"arabic_{part}") for part in ("first", "father", "grandfather", "family")),
        *(_text(f"latin_{part}") for part in ("surname", "given")),
        _text("scheme_name"),
        _text("mother_arabic"),
        _text("birth_place_arabic"),
        _text("birth_place_latin"),
        sa.Column("nationality", sa.String(3), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("portrait", sa.LargeBinary()),
        sa.Column("registered_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "rulings",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("people.id"), nullable=False, index=True),
        *(_text(name) for name in ("case_number", "court_arabic", "court_english", "kind", "presence", "verdict")),
        sa.Column("ruled_on", sa.Date(), nullable=False),
        sa.Column("final_on", sa.Date()),
        sa.Column("committed_on", sa.Date(), nullable=False),
        *(_text(name) for name in ("offence_arabic", "offence_english", "penalty_arabic", "penalty_english")),
        sa.Column("foreign_judgment", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "ruling_effects",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("ruling_id", sa.String(), sa.ForeignKey("rulings.id"), nullable=False, index=True),
        _text("kind"),
        sa.Column("effective_on", sa.Date(), nullable=False),
        _text("legal_basis"),
        sa.Column("revoked_on", sa.Date()),
        sa.Column("recorded_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "passports",
        sa.Column("number", sa.String(9), primary_key=True),
        _text("edition"),
        sa.Column("person_id", sa.String(), sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("office", sa.String(), nullable=False, index=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        _text("mrz"),
        _text("intent_id"),
        sa.Column("request_id", sa.String(), unique=True),
        _text("issued_by"),
        sa.Column("issued_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "passport_files",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("passport_number", sa.String(9), sa.ForeignKey("passports.number"), nullable=False, index=True),
        _text("name"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "certificates",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("office", sa.String(), nullable=False, index=True),
        _text("purpose"),
        _text("outcome"),
        _text("rule_version"),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        _text("data"),
        _text("seal"),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        _text("seal_intent_id"),
        _text("pdf_intent_id"),
        sa.Column("request_id", sa.String(), unique=True),
        _text("issued_by"),
        sa.Column("issued_at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("certificates", "passport_files", "passports", "ruling_effects", "rulings", "people"):
        op.drop_table(table)
