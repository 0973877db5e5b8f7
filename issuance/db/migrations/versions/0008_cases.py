"""The case register: appended actions, and the tables projected from them; rulings now come from case files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_RULING_COLUMNS = (("case_id", 36), ("matter", 16), ("instance", 20), ("final_by", 20))


def _text(name: str, length: int | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _case(primary_key: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column("case_id", sa.String(36), nullable=False, primary_key=primary_key, index=index)


def upgrade() -> None:
    op.create_table(
        "case_actions",
        sa.Column("id", sa.String(36), primary_key=True),
        _case(),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("name", 40),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        _text("actor_id", 80),
        _text("actor_role", 40, nullable=True),
        _text("office", 16, nullable=True),
        _text("asked_by", 80, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("basis", "matters", "evidence", "body", "resolved")),
        _text("digest", 64),
        sa.Column("receipt", sa.LargeBinary()),
        sa.UniqueConstraint("case_id", "seq", name="uq_case_actions_case_seq"),
    )
    op.create_table(
        "case_counters",
        sa.Column("office", sa.String(16), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    _projections()
    for name, length in _RULING_COLUMNS:
        op.add_column("rulings", _text(name, length, nullable=True))
    op.create_index("ix_rulings_case_id", "rulings", ["case_id"])


def _projections() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        _text("office", 16),
        _text("holder", 16),
        sa.Column("awaiting", sa.String(16), index=True),
        _text("assigned", 80, nullable=True),
        _text("classification", 10),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        _text("state", 30),
        _text("stage", 30),
        sa.Column("ended", sa.Boolean(), nullable=False),
        _text("kind", 20),
        _text("offence", 40, nullable=True),
        _text("region", 5, nullable=True),
        sa.Column("next_due", _MOMENT),
    )
    op.create_index("ix_cases_holder_due", "cases", ["holder", "ended", "next_due"])
    op.create_index("ix_cases_assigned_due", "cases", ["assigned", "ended", "next_due"])
    op.create_index("ix_cases_stage_opened", "cases", ["stage", "opened_on"])
    op.create_table(
        "case_offices", _case(primary_key=True), sa.Column("office", sa.String(16), primary_key=True, index=True)
    )
    op.create_table(
        "case_accused",
        _case(primary_key=True),
        sa.Column("code", sa.String(8), primary_key=True),
        _text("name", nullable=True),
        sa.Column("birth_date", sa.Date()),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("people.id"), index=True),
    )
    op.create_table(
        "case_matters",
        _case(primary_key=True),
        sa.Column("code", sa.String(16), primary_key=True),
        _text("accused", 8),
        _text("charge", 8),
        _text("state", 30),
        sa.Column("since", sa.Date(), nullable=False),
        _text("kind", 20),
        _text("offence", 40, nullable=True),
        sa.Column("final_on", sa.Date()),
    )
    op.create_table(
        "case_clocks",
        _case(primary_key=True),
        sa.Column("target", sa.String(16), primary_key=True),
        sa.Column("code", sa.String(60), primary_key=True),
        _text("office", 16),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False, index=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        _text("alarm_role", 40),
    )
    op.create_table(
        "travel_bans",
        sa.Column("id", sa.String(60), primary_key=True),
        _case(index=True),
        sa.Column("person_id", sa.String(36), sa.ForeignKey("people.id"), index=True),
        _text("accused", 8),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("lifted_on", sa.Date()),
        _text("legal_basis"),
        _text("office", 16, nullable=True),
    )


def downgrade() -> None:
    for table in ("travel_bans", "case_clocks", "case_matters", "case_accused", "case_offices", "cases"):
        op.drop_table(table)
    op.drop_table("case_counters")
    op.drop_table("case_actions")
    op.drop_index("ix_rulings_case_id", "rulings")
    with op.batch_alter_table("rulings") as rulings:
        for name, _length in _RULING_COLUMNS:
            rulings.drop_column(name)
