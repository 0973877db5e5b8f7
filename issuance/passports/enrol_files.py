"""Files of an application: of those handed in under one name the newest holds."""

from __future__ import annotations

from typing import Final

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.passports.model import PassportApplicationFile

PORTRAIT: Final = "portrait"


def newest_file(read: ReadSession, application_id: str, name: str) -> PassportApplicationFile | None:
    """The one that holds, of those handed in under that name."""
    query = select(PassportApplicationFile).where(
        PassportApplicationFile.application_id == application_id, PassportApplicationFile.name == name
    )
    return read.exec(query.order_by(col(PassportApplicationFile.id).desc()).limit(1)).first()
