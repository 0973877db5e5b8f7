"""Indexes of the passport office: queues by deadline, also of the office of hand-over, and the newest books."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_APPLICATIONS, _OFFICE_STATE = "passport_applications", "ix_passport_applications_office_state"


def upgrade() -> None:
    op.drop_index(_OFFICE_STATE, table_name=_APPLICATIONS)
    op.create_index(_OFFICE_STATE, _APPLICATIONS, ["office", "state", "due_at", "id"])
    handed_over_at = sa.text("coalesce(asked ->> 'delivery_office', office)")
    op.create_index("ix_passport_applications_delivery", _APPLICATIONS, [handed_over_at, "state", "due_at", "id"])
    op.create_index("ix_passports_issued_at", "passports", ["issued_at"])
    op.create_index("ix_passports_office_issued_at", "passports", ["office", "issued_at"])


def downgrade() -> None:
    op.drop_index("ix_passports_office_issued_at", table_name="passports")
    op.drop_index("ix_passports_issued_at", table_name="passports")
    op.drop_index("ix_passport_applications_delivery", table_name=_APPLICATIONS)
    op.drop_index(_OFFICE_STATE, table_name=_APPLICATIONS)
    op.create_index(_OFFICE_STATE, _APPLICATIONS, ["office", "state", "due_at"])
