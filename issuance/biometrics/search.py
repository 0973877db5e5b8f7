"""Search one applicant against all who were enrolled, keep what was found, and make up for searches that failed.

The applicant is enrolled before the search, so that of two applications with one face at least the later finds the
other, whatever their timing. The applicant learns nothing of what is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import col, select

from issuance.biometrics.afis import Afis, Match, Probe, probe_of
from issuance.biometrics.facts import Candidate, Clearance, ClearanceState, Outcome
from issuance.biometrics.model import AfisDegraded, BiometricCandidate, BiometricSearch
from issuance.biometrics.standin import CLAUSE, StandIn
from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.mrtd.portrait import Portrait
from issuance.people.public import alike_people, person_of
from issuance.service import Service
from specs.errors import Fault, Invalid, Unavailable

RECHECKS_AT_ONCE = 20


def afis_of(service: Service) -> Afis:
    """The system this installation asks: the embedded stand-in, or the one that `ISSUANCE_AFIS_URL` names."""
    if service.settings.afis_url:
        from issuance.biometrics.afis_line import WebAfis  # loads TLS, which the stand-in never needs

        return WebAfis(service.db, service.settings, service.spec.passport.afis)
    return StandIn(service.db, service.spec.passport.afis)


def search_for(
    service: Service,
    actor: Actor,
    application_id: str,
    person_id: str,
    portrait: Portrait,
    now: datetime,
    *,
    humanitarian: str | None = None,
    office: str | None = None,
    afis: Afis | None = None,
) -> Clearance:
    """Search and keep the result; the newest search of an application counts. Call it outside a unit of work.

    office: whose officers decide a hit, default the actor's; humanitarian: the code of `passport/afis.yaml` by which it
    may go on while the search is declared out of order.
    A system that is away or full raises nothing: the state says `pending` (or `degraded`) and upkeep searches again.
    Raises `NotAllowed`, `Invalid` for a case unknown, `Unavailable` when our own database is.
    """
    policy.require(actor, "biometrics.search")
    if humanitarian is not None:
        _require_case(service, humanitarian)
    probe = probe_of(application_id, person_id, portrait)
    faces = _asked(afis or afis_of(service), probe, now)
    names = _namesakes(service, person_id)
    found = _joined(names, faces or ())
    with unit_of_work(service.db, actor, "search for duplicates", now) as tx:
        row = BiometricSearch(
            application_id=application_id,
            person_id=person_id,
            office=office or actor.office,
            state="pending",
            digest=probe.digest,
            probe=probe.image if faces is None else None,
            eyes=[value for eye in probe.eyes for value in eye],
            humanitarian=humanitarian,
            searched_by=actor.id,
            at=now,
            answered_at=None if faces is None else now,
        )
        outage = degraded_row(tx.read, now) if faces is None and humanitarian is not None else None
        if outage is not None:
            row.degraded_id = outage.id
            row.recheck_due = outage.until + timedelta(hours=service.spec.passport.afis.degraded_mode.recheck_hours)
        row.state = state_of(row, len(found))
        tx.session.add(row)
        tx.session.flush()
        tx.session.add_all(
            BiometricCandidate(search_id=row.id, person_id=id_, face_percent=face, name_percent=name)
            for id_, face, name in found
        )
        _told(tx, "biometrics.search", row, len(found))
        return clearance(tx.read, row)


def cleared(
    service: Service,
    actor: Actor,
    application_id: str,
    person_id: str,
    portrait: Portrait,
    now: datetime,
    *,
    office: str | None = None,
    humanitarian: str | None = None,
) -> Clearance:
    """Where the application stands with this very portrait: searched now when it was not yet. Raises as `search_for`.

    A search that waits for its answer is not repeated here: upkeep does so. One that waits without a humanitarian case
    is, once there is such a case.
    """
    with service.db.reading() as read:
        row = _newest(read, application_id)
        same = row is not None and (row.person_id, row.digest) == (person_id, sha256(portrait.page_image).hexdigest())
        if row is not None and same and (row.state != "pending" or row.humanitarian == humanitarian):
            return clearance(read, row)
    return search_for(
        service, actor, application_id, person_id, portrait, now, office=office, humanitarian=humanitarian
    )


def search_again(service: Service, now: datetime, afis: Afis | None = None) -> int:
    """Make up for searches the system did not answer, oldest first; how many it answered now. For upkeep.

    A face that is then found turns a case that went on without the search into a hit, which alarms say until two
    officers decided.
    """
    asked, answered = afis or afis_of(service), 0
    with service.db.reading() as read:
        query = select(BiometricSearch).where(col(BiometricSearch.probe).is_not(None))
        rows = list(read.exec(query.order_by(col(BiometricSearch.id)).limit(RECHECKS_AT_ONCE)))
    for row in rows:
        eyes = ((row.eyes[0], row.eyes[1]), (row.eyes[2], row.eyes[3]))
        probe = Probe(row.application_id, row.person_id, row.probe or b"", eyes, row.digest)
        faces = _asked(asked, probe, now)
        if faces is None:
            break
        _answered(service, row.id, faces, now)
        answered += 1
    return answered


def clearance_of(read: ReadSession, application_id: str) -> Clearance:
    """Where an application stands; `none` when nothing was searched."""
    row = _newest(read, application_id)
    return Clearance("none") if row is None else clearance(read, row)


def clearance(read: ReadSession, row: BiometricSearch) -> Clearance:
    """One search as a value."""
    query = select(BiometricCandidate).where(BiometricCandidate.search_id == row.id)
    candidates = [Candidate(one.person_id, one.face_percent, one.name_percent) for one in read.exec(query)]
    candidates.sort(key=lambda one: (-max(one.face_percent or 0, one.name_percent or 0), one.person_id))
    state: ClearanceState = row.state  # type: ignore[assignment]
    outcome: Outcome | None = row.outcome  # type: ignore[assignment]
    return Clearance(
        state, tuple(candidates), row.id, row.at, outcome, row.humanitarian, row.recheck_due, row.application_id
    )


def state_of(row: BiometricSearch, candidates: int) -> ClearanceState:
    """What follows from the row: candidates nobody decided on, or the same person, are hits before all else."""
    if row.outcome == "same" or (candidates and row.outcome is None):
        return "hits"
    if row.answered_at is None:
        return "pending" if row.degraded_id is None else "degraded"
    return "clear"


def degraded_row(read: ReadSession, now: datetime) -> AfisDegraded | None:
    """The declared outage in force, if any."""
    query = select(AfisDegraded).where(col(AfisDegraded.since) <= now, col(AfisDegraded.until) > now)
    return read.exec(query.order_by(col(AfisDegraded.id).desc()).limit(1)).first()


def _newest(read: ReadSession, application_id: str) -> BiometricSearch | None:
    query = select(BiometricSearch).where(BiometricSearch.application_id == application_id)
    return read.exec(query.order_by(col(BiometricSearch.id).desc()).limit(1)).first()


def _asked(afis: Afis, probe: Probe, now: datetime) -> Sequence[Match] | None:
    """What the system answers; None when it does not."""
    try:
        afis.enrol(probe, now)
        return afis.search(probe)
    except Unavailable:
        return None


def _namesakes(service: Service, person_id: str) -> dict[str, int]:
    limits = service.spec.passport.afis.demographics
    with service.db.reading() as read:
        person = person_of(read, person_id)
        found = alike_people(read, person, limits.least_name_percent, limits.most_candidates)
    return {one.person_id: one.percent for one in found}


def _joined(names: Mapping[str, int], faces: Sequence[Match]) -> list[tuple[str, int | None, int | None]]:
    """(person, how alike the face, how alike the name)."""
    alike = {match.person_id: match.percent for match in faces}
    return [(id_, alike.get(id_), names.get(id_)) for id_ in sorted(alike.keys() | names.keys())]


def _answered(service: Service, search_id: str, faces: Sequence[Match], now: datetime) -> None:
    """The answer that came late: new candidates, and no picture kept any longer."""
    with unit_of_work(service.db, system("upkeep"), "search made up for", now) as tx:
        row = tx.session.get(BiometricSearch, search_id, with_for_update=True, populate_existing=True)
        if row is None or row.probe is None:
            return
        row.probe, row.answered_at = None, now
        query = select(BiometricCandidate).where(BiometricCandidate.search_id == search_id)
        known = {one.person_id: one for one in tx.session.exec(query)}
        for match in faces:
            held = known.setdefault(match.person_id, BiometricCandidate(search_id=search_id, person_id=match.person_id))
            held.face_percent = match.percent
            tx.session.add(held)
        if faces and row.outcome == "different":
            row.outcome = None  # the two officers had not seen these faces
        row.state = state_of(row, len(known))
        tx.session.add(row)
        _told(tx, "biometrics.recheck", row, len(known))


def _told(tx: Tx, action: str, row: BiometricSearch, found: int) -> None:
    detail = {"search": row.id, "person": row.person_id, "state": row.state, "found": found}
    if row.degraded_id is not None:
        detail |= {"degraded": row.degraded_id, "humanitarian": row.humanitarian or ""}
    tx.audit(action, f"application:{row.application_id}", detail)


def _require_case(service: Service, code: str) -> None:
    known = [one.code for one in service.spec.passport.afis.degraded_mode.humanitarian]
    if code not in known:
        fault = Fault(
            code="biometrics.search.humanitarian",
            field="humanitarian",
            clause=CLAUSE,
            ar="حالة إنسانية غير معروفة",
            en=f"no such humanitarian case; one of {', '.join(known)}",
        )
        raise Invalid(fault)
