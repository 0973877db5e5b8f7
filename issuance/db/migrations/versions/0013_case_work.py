"""Work lists go on by key: their indexes end with the id, and files on their way to an office have one too."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_cases_holder_due": (["holder", "ended", "next_due"], ["holder", "ended", "next_due", "id"]),
    "ix_cases_assigned_due": (["assigned", "ended", "next_due"], ["assigned", "ended", "next_due", "id"]),
    "ix_cases_awaiting": (["awaiting"], None),
    "ix_cases_awaiting_due": (None, ["awaiting", "next_due", "id"]),
    "ix_cases_due": (None, ["ended", "next_due", "id"]),
}


def upgrade() -> None:
    for name, (before, after) in _INDEXES.items():
        _replace(name, before, after)


def downgrade() -> None:
    for name, (before, after) in _INDEXES.items():
        _replace(name, after, before)


def _replace(name: str, before: list[str] | None, after: list[str] | None) -> None:
    if before is not None:
        op.drop_index(name, "cases")
    if after is not None:
        op.create_index(name, "cases", after)
