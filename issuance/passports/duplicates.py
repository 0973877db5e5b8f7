"""The search for duplicates stands before every book: an application that was not searched, or has a hit, is held.

Searched once for each portrait; an answer that is outstanding is fetched by upkeep. In development it is off unless
the setting says otherwise, since invented people share one picture and would all be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from issuance.biometrics.public import HOLD_HITS, HOLD_PENDING, cleared, portrait_rules
from issuance.core.actor import Actor
from issuance.mrtd.portrait import prepare_portrait
from issuance.passports.holds import Cause
from issuance.passports.model import PassportApplicationFile
from issuance.service import Service


def duplicate_causes(
    service: Service, actor: Actor, application_id: str, person_id: str, office: str, now: datetime
) -> Sequence[Cause]:
    """Why the application waits, by the newest portrait handed in; searches when that was not searched yet.

    Raises `Unavailable` when our own database is away: a search system that is away is a cause.
    """
    if not service.settings.searches_duplicates:
        return []
    file = PassportApplicationFile
    query = select(file.content).where(file.application_id == application_id, file.name == "portrait")
    with service.db.reading() as read:
        picture = read.exec(query.order_by(col(file.id).desc()).limit(1)).first()
    if picture is None:
        return [Cause(HOLD_PENDING)]
    portrait = prepare_portrait(picture, portrait_rules(service.spec))
    found = cleared(service, actor, application_id, person_id, portrait, now, office=office)
    if found.state == "hits":
        return [Cause(HOLD_HITS, found.search_id or "")]
    return [] if found.state in ("clear", "degraded") else [Cause(HOLD_PENDING, found.search_id or "")]
