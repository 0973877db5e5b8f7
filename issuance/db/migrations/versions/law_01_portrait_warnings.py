"""What the judgement of a portrait noted is kept with its words, not as a bare code."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from issuance.db.types import JsonValue

revision = "law_01"
down_revision = "0035"
branch_labels = None
depends_on = None

_FILES = sa.table(
    "passport_application_files",
    sa.column("id", sa.String),
    sa.column("warnings", JsonValue),
)


def upgrade() -> None:
    _rewrite(lambda one: one if isinstance(one, dict) else {"code": one, "ar": one, "en": one})


def downgrade() -> None:
    _rewrite(lambda one: one["code"] if isinstance(one, dict) else one)


def _rewrite(changed: Any) -> None:
    connection = op.get_bind()
    held = connection.execute(sa.select(_FILES.c.id, _FILES.c.warnings).where(_FILES.c.warnings.is_not(None))).all()
    for id_, warnings in held:
        if warnings:
            values = {"warnings": [changed(one) for one in warnings]}
            connection.execute(_FILES.update().where(_FILES.c.id == id_).values(values))
