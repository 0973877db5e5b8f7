"""The files of a period are found and counted without a walk through the register."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_opened", "cases", ["opened_on", "number", "office", "holder"])


def downgrade() -> None:
    op.drop_index("ix_cases_opened", "cases")
