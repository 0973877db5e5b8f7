"""Standing alarms, lapsed times and finals of a year are read from indexes of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TOLD = sa.text("told IS NOT NULL")
_OF_FILE = """
UPDATE case_matters SET
  office = (SELECT c.office FROM cases c WHERE c.id = case_matters.case_id),
  opened_on = (SELECT c.opened_on FROM cases c WHERE c.id = case_matters.case_id)
WHERE EXISTS (SELECT 1 FROM cases c WHERE c.id = case_matters.case_id)
"""
_OF_ALARMS = """
UPDATE case_clocks SET told = (
  SELECT max(a.percent) FROM case_alarms a
  WHERE a.case_id = case_clocks.case_id AND a.target = case_clocks.target
    AND a.code = case_clocks.code AND a.started_at = case_clocks.started_at)
"""


def upgrade() -> None:
    op.drop_index("ix_case_matters_final", "case_matters")
    op.add_column("case_matters", sa.Column("office", sa.String(16), nullable=False, server_default=""))
    op.add_column("case_matters", sa.Column("opened_on", sa.Date(), nullable=False, server_default="1900-01-01"))
    op.execute(_OF_FILE)
    with op.batch_alter_table("case_matters") as matters:
        matters.alter_column("office", server_default=None)
        matters.alter_column("opened_on", server_default=None)
    op.create_index("ix_case_matters_final", "case_matters", ["final_on", "office", "opened_on"])
    op.add_column("case_clocks", sa.Column("told", sa.Integer(), nullable=True))
    op.execute(_OF_ALARMS)
    op.drop_index("ix_case_clocks_due_at", "case_clocks")
    op.create_index("ix_case_clocks_code_due", "case_clocks", ["code", "due_at", "office"])
    op.create_index(
        "ix_case_clocks_told",
        "case_clocks",
        ["alarm_role", "last_day", "case_id", "target", "code"],
        sqlite_where=_TOLD,
        postgresql_where=_TOLD,
    )
    op.drop_index("ix_case_alarms_role_office", "case_alarms")


def downgrade() -> None:
    op.create_index("ix_case_alarms_role_office", "case_alarms", ["role", "office"])
    op.drop_index("ix_case_clocks_told", "case_clocks")
    op.drop_index("ix_case_clocks_code_due", "case_clocks")
    op.create_index("ix_case_clocks_due_at", "case_clocks", ["due_at", "office", "code"])
    with op.batch_alter_table("case_clocks") as clocks:
        clocks.drop_column("told")
    op.drop_index("ix_case_matters_final", "case_matters")
    with op.batch_alter_table("case_matters") as matters:
        matters.drop_column("office")
        matters.drop_column("opened_on")
    op.create_index("ix_case_matters_final", "case_matters", ["final_on", "case_id"])
