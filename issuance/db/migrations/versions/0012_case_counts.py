"""Statistics are counted from indexes: open files by stage and place, matters by the day they became final, clocks."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_counted", "cases", ["ended", "stage", "kind", "holder", "opened_on"])
    op.create_index("ix_case_matters_final", "case_matters", ["final_on", "case_id"])
    op.drop_index("ix_case_clocks_due_at", "case_clocks")
    op.create_index("ix_case_clocks_due_at", "case_clocks", ["due_at", "office", "code"])


def downgrade() -> None:
    op.drop_index("ix_case_clocks_due_at", "case_clocks")
    op.create_index("ix_case_clocks_due_at", "case_clocks", ["due_at"])
    op.drop_index("ix_case_matters_final", "case_matters")
    op.drop_index("ix_cases_counted", "cases")
