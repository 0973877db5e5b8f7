"""Requests, rulings and identities in the words of one language, for the officer's pages. Reads account names only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from issuance.certificates.explain import Told
from issuance.certificates.life import RequestView
from issuance.certificates.review import Docket
from issuance.staff.public import account_names
from issuance.web.cases_words import moment
from issuance.web.language import Language
from specs.schema import Specification

if TYPE_CHECKING:
    from issuance.service import Service


def account_words(service: Service, ids: Iterable[str | None]) -> Mapping[str, str]:
    """Account id -> how people know it; an id of nobody stands for itself."""
    wanted = {id_ for id_ in ids if id_}
    with service.db.reading() as read:
        names = account_names(read, wanted)
    return {id_: (names[id_].name or id_) if id_ in names else id_ for id_ in wanted}


def request_row(view: RequestView, spec: Specification, t: Language, now: datetime) -> dict[str, Any]:
    """One request as a list shows it."""
    rules = spec.certificate_requests
    purpose = next(item for item in spec.certificate_certificate.purposes.items if item.id == view.purpose)
    return {
        "id": view.id,
        "href": f"/certificates/review/{view.id}",
        "state": t.pick(rules.states.entries[view.state].title),
        "code": view.state,
        "reason": t.pick(rules.reasons.entries[view.reason]) if view.reason else "",
        "words": view.words or "",
        "channel": t.pick(rules.channels.entries[view.channel].title),  # type: ignore[index]
        "purpose": t.pick(purpose.name),
        "office": view.office,
        "since": moment(view.since),
        "due": moment(view.due_at) if view.due_at else "",
        "overdue": view.due_at is not None and view.due_at <= now,
        "number": view.number,
        "refused": view.state == "refused",
    }


def ruling_rows(rulings: Sequence[Told], spec: Specification, t: Language) -> list[dict[str, Any]]:
    """Each ruling as it is or would be printed, and why it is left out."""
    why = spec.certificate_disclosure.left_out_reasons.entries
    return [
        {
            "id": one.ruling.id,
            "case_number": one.ruling.case_number,
            "court": t.pick(one.ruling, "court_arabic", "court_english"),
            "offence": t.pick(one.ruling, "offence_arabic", "offence_english"),
            "penalty": t.pick(one.ruling, "penalty_arabic", "penalty_english"),
            "ruled_on": one.ruling.ruled_on.isoformat(),
            "shown": one.reason is None,
            "why": t.pick(why[one.reason]) if one.reason else "",
        }
        for one in rulings
    ]


def identity_rows(held: Docket, spec: Specification, t: Language) -> list[dict[str, Any]]:
    """How the file of each ruling knew the accused, beside the person; then those of like name."""
    how = spec.cases_register.confirmations.entries
    rows: list[dict[str, Any]] = []
    for ruling in held.compiled.rulings:
        known = held.identities.get(ruling.id)
        confirmed = t.pick(how[known.confirmation]) if known and known.confirmation in how else ""
        rows.append(
            {
                "file": ruling.case_number,
                "name": known.name if known else "",
                "born": known.birth_date.isoformat() if known and known.birth_date else "",
                "how": confirmed or t("review.identity.older" if known is None else "review.identity.unsaid"),
                "alike": None,
            }
        )
    for other in held.namesakes:
        rows.append(
            {
                "file": other.number or t("review.identity.closed"),
                "name": other.name,
                "born": other.birth_date.isoformat() if other.birth_date else "",
                "how": t("review.identity.open"),
                "alike": other.percent,
            }
        )
    return rows
