"""Whether all evidence still is what was taken in.

1. Every content hashes to what its row says (`missing`, `changed`, `unreadable`).
2. Every row says what the audit trail said when the item was taken in (`rewritten`), and none is gone (`deleted`).
3. No file stands there that no row speaks of (`stray`): a crash, or somebody's hand.

The first walks the hashes in order and writes down how far it came, so that an interrupted check goes on. No file is
changed or deleted: what to do about a finding is a person's decision.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, Literal

from sqlalchemy import func
from sqlmodel import col, select

from issuance.cases.evidence import CAPTURED
from issuance.cases.evidence_model import EvidenceCheck, EvidenceItem
from issuance.cases.evidence_store import digest_in_place, folders, store_directory
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.db.tables import AuditRow
from issuance.service import Service
from specs.errors import Fault, Unavailable
from specs.schema.evidence import IntegrityCheck

CLAUSE: Final = "cases/evidence.yaml"
ACTION: Final = "cases.verify_evidence"
BATCH_ROWS: Final = 200
NAMED_AT_MOST: Final = 1000
Kind = Literal["missing", "changed", "unreadable", "rewritten", "deleted", "stray"]
Progress = Callable[[int, int], None]
"""Told (hashes examined, hashes in all) as the check goes on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """sha256: as recorded at capture, for a stray file its name; items: ids of the evidence it concerns."""

    kind: Kind
    sha256: str
    items: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "sha256": self.sha256, "items": list(self.items)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """examined: different contents; resumed: it went on with an interrupted check; found: all findings, the first of
    which are named.
    """

    started_at: datetime
    finished_at: datetime
    examined: int
    examined_bytes: int
    resumed: bool
    found: int
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "examined": self.examined,
            "examined_bytes": self.examined_bytes,
            "resumed": self.resumed,
            "found": self.found,
            "findings": [finding.as_json() for finding in self.findings],
        }


def verify_evidence(service: Service, actor: Actor, told: Progress, *, anew: bool = False) -> Outcome:
    """Check all evidence. anew: do not go on with an interrupted check. Raises `NotAllowed`, `Unavailable`."""
    policy.require(actor, ACTION)
    rules = service.spec.cases_evidence.check
    with service.db.reading() as read:
        in_all = read.exec(select(func.count(func.distinct(EvidenceItem.sha256)))).one()
    if in_all:
        next(folders(store_directory(service.settings.home)), None)  # a store that is not there at all is no finding
    check, resumed = _begun(service, actor, anew)
    saved = time.monotonic()
    told(check.examined, in_all)
    while batch := _next(service, check.after):
        for digest, size in batch:
            if (kind := _kind_of(service, digest)) is not None:
                _note(check, Finding(kind, digest, _items(service, digest)))
            check.after, check.examined, check.examined_bytes = digest, check.examined + 1, check.examined_bytes + size
            told(check.examined, in_all)
            if time.monotonic() - saved >= rules.save_progress_every_seconds:
                _saved(service, actor, check)
                saved = time.monotonic()
    for finding in chain(_against_the_trail(service), _strays(service, rules) if in_all else ()):
        _note(check, finding)
    check.finished_at = service.clock()
    _saved(service, actor, check)
    return _outcome(check, check.finished_at, resumed)


def alarms(read: ReadSession, rules: IntegrityCheck, now: datetime) -> list[Fault]:
    """What a person must see to: findings, or that it is long since all was checked. None without evidence."""
    first = read.exec(select(EvidenceItem.recorded_at).order_by(col(EvidenceItem.id)).limit(1)).first()
    if first is None:
        return []
    done = select(EvidenceCheck).where(col(EvidenceCheck.finished_at).is_not(None))
    last = read.exec(done.order_by(col(EvidenceCheck.id).desc()).limit(1)).first()
    running = read.exec(select(EvidenceCheck).where(col(EvidenceCheck.finished_at).is_(None))).all()
    since = last.started_at if last is not None else first
    found = []
    count = (last.found if last is not None else 0) + sum(check.found for check in running)
    if count:
        words = f"ملفات أدلة ناقصة أو مغيرة: {count}", f"evidence files missing, changed or stray: {count}"
        found.append(_fault("damaged", *words))
    if now - since > timedelta(days=rules.every_days):
        days = rules.every_days
        words = f"لم تُفحص ملفات الأدلة منذ {days} يوماً", f"evidence files were not checked for {days} days"
        found.append(_fault("unchecked", *words))
    return found


def _begun(service: Service, actor: Actor, anew: bool) -> tuple[EvidenceCheck, bool]:
    """The check to carry on, or a new one, whose beginning is on the record."""
    with unit_of_work(service.db, actor, "check of the evidence files", service.clock()) as tx:
        query = select(EvidenceCheck).where(col(EvidenceCheck.finished_at).is_(None))
        open_ones = tx.session.exec(query.order_by(col(EvidenceCheck.id).desc())).all()
        for old in open_ones if anew else open_ones[1:]:
            old.finished_at = tx.now
        resumed = bool(open_ones) and not anew
        check = open_ones[0] if resumed else EvidenceCheck(started_at=tx.now, started_by=actor.id, findings=[])
        tx.session.add(check)
        tx.audit(ACTION, f"evidence_check:{check.id}", {"step": "resumed" if resumed else "begun"})
    return check, resumed


def _saved(service: Service, actor: Actor, check: EvidenceCheck) -> None:
    with unit_of_work(service.db, actor, "check of the evidence files", service.clock()) as tx:
        tx.session.merge(check)
        step = "progress" if check.finished_at is None else "finished"
        counts = {"examined": check.examined, "bytes": check.examined_bytes, "found": check.found}
        tx.audit(ACTION, f"evidence_check:{check.id}", {"step": step} | counts)


def _next(service: Service, after: str) -> list[tuple[str, int]]:
    """The next contents in the order of their hashes, with their sizes."""
    query = (
        select(EvidenceItem.sha256, func.max(EvidenceItem.size_bytes))
        .where(col(EvidenceItem.sha256) > after)
        .group_by(col(EvidenceItem.sha256))
        .order_by(col(EvidenceItem.sha256))
        .limit(BATCH_ROWS)
    )
    with service.db.reading() as read:
        return [(digest, size) for digest, size in read.exec(query)]


def _items(service: Service, digest: str) -> tuple[str, ...]:
    with service.db.reading() as read:
        query = select(EvidenceItem.id).where(EvidenceItem.sha256 == digest)
        return tuple(read.exec(query.order_by(col(EvidenceItem.id))))


def _kind_of(service: Service, digest: str) -> Kind | None:
    try:
        found = digest_in_place(store_directory(service.settings.home), digest)
    except Unavailable:
        return "unreadable"
    if found is None:
        return "missing"
    return None if found == digest else "changed"


def _against_the_trail(service: Service) -> Iterator[Finding]:
    """Items whose row says another hash than the audit row of their capture, or is gone."""
    after = 0
    while True:
        query = select(AuditRow).where(AuditRow.action == CAPTURED, col(AuditRow.seq) > after)
        with service.db.reading() as read:
            rows = read.exec(query.order_by(col(AuditRow.seq)).limit(BATCH_ROWS)).all()
            said = {row.subject.removeprefix("evidence:"): json.loads(row.detail)["sha256"] for row in rows}
            wanted = select(EvidenceItem.id, EvidenceItem.sha256).where(col(EvidenceItem.id).in_(said))
            held = dict(read.exec(wanted).all())
        if not rows:
            return
        after = rows[-1].seq
        for item, digest in said.items():
            if held.get(item) != digest:
                yield Finding("rewritten" if item in held else "deleted", digest, (item,))


def _strays(service: Service, rules: IntegrityCheck) -> Iterator[Finding]:
    """Files no row speaks of and old enough that no capture is still about to write one."""
    store, oldest = store_directory(service.settings.home), time.time() - rules.stray_after_minutes * 60
    for folder in folders(store):
        with service.db.reading() as read:
            known = select(EvidenceItem.sha256).where(col(EvidenceItem.sha256).startswith(folder.name, autoescape=True))
            named = set(read.exec(known))
        for path in sorted(folder.iterdir()):
            if path.name not in named and path.stat().st_mtime <= oldest:
                yield Finding("stray", path.name)
    for path in sorted(store.glob(".new-*")):
        if path.stat().st_mtime <= oldest:
            yield Finding("stray", path.name)


def _note(check: EvidenceCheck, finding: Finding) -> None:
    check.found += 1
    if len(check.findings) < NAMED_AT_MOST:
        check.findings = [*check.findings, finding.as_json()]


def _outcome(check: EvidenceCheck, finished_at: datetime, resumed: bool) -> Outcome:
    findings = tuple(Finding(held["kind"], held["sha256"], tuple(held["items"])) for held in check.findings)
    counts = (check.examined, check.examined_bytes, resumed, check.found)
    return Outcome(check.started_at, finished_at, *counts, findings)


def _fault(kind: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.evidence.{kind}", field="evidence", clause=CLAUSE, ar=ar, en=en)
