"""Fingerprints and the search for duplicates stand before every book: without them, or with a hit, it is held.

Searched once for each portrait; an answer that is outstanding is fetched by upkeep. In development it is off unless
the setting says otherwise, since invented people share one picture and would all be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from issuance.biometrics.public import (
    HOLD_HITS,
    HOLD_PENDING,
    capture_of,
    cleared,
    finger_rules,
    fingers_required,
    portrait_rules,
)
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.mrtd.portrait import prepare_portrait
from issuance.passports.holds import Cause
from issuance.passports.model import PassportApplicationFile
from issuance.people.public import PersonFacts
from issuance.service import Service


def duplicate_causes(
    service: Service,
    actor: Actor,
    application_id: str,
    person: PersonFacts,
    office: str,
    now: datetime,
    *,
    humanitarian: str | None = None,
) -> Sequence[Cause]:
    """Why the application waits: fingerprints not taken, or what the search by the newest portrait handed in found.

    Searches when that portrait was not searched yet. humanitarian: the case of the applicant, for a declared outage.
    Raises `Unavailable` when our own database is away: a search system that is away is a cause.
    """
    if not service.settings.searches_duplicates:
        return []
    file = PassportApplicationFile
    query = select(file.content).where(file.application_id == application_id, file.name == "portrait")
    with service.db.reading() as read:
        taken = capture_of(read, application_id, office)
        picture = read.exec(query.order_by(col(file.id).desc()).limit(1)).first()
    if picture is None:
        return [Cause(HOLD_PENDING)]
    complete = taken is not None and taken.state == "complete"
    wanted = fingers_required(person.birth_date, civil_day(now), finger_rules(service.spec))
    causes = [Cause(HOLD_PENDING, "fingerprints")] if wanted and not complete else []
    portrait = prepare_portrait(picture, portrait_rules(service.spec))
    found = cleared(service, actor, application_id, person.id, portrait, now, office=office, humanitarian=humanitarian)
    if found.state == "hits":
        causes.append(Cause(HOLD_HITS, found.search_id or ""))
    elif found.state not in ("clear", "degraded"):
        causes.append(Cause(HOLD_PENDING, found.search_id or ""))
    return causes
