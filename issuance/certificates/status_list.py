"""The signed status list: one small file anybody may keep a copy of, and which names nobody.

Signed anew when a certificate was issued or ended, or when half its life is over; kept in a table between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates.model import Certificate, CertificateEvent, CertificateMark
from issuance.certificates.status import ENDING
from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from keys import issue as sign
from keys import prepare
from keys.status_token import StatusTokenRequest
from specs.schema.certificate_status import CertificateStatus, StatusCode

PATH = "/v1/status-lists/certificates"
_MARK = "status_list"


def status_list(service: Service, now: datetime) -> str:
    """The JWT as of `now`. Raises `Unavailable` when no key may sign."""
    rules = service.spec.certificate_status
    lifetime = timedelta(hours=rules.status_list.lifetime_hours)
    with service.db.reading() as read:
        state = _state(read)
        kept = read.get(CertificateMark, _MARK)
        if kept is not None and kept.at <= now < kept.at + lifetime / 2:
            held = json.loads(kept.value)
            if held["state"] == state:
                return cast("str", held["token"])
        packed = packed_statuses(_values(read, rules), _count(read))
    request = StatusTokenRequest(
        reference=f"status-list:{state}",
        uri=service.settings.base_url + PATH,
        bits=rules.status_list.bits,
        packed=packed,
        fresh_seconds=rules.status_list.fresh_seconds,
        lifetime=lifetime,
    )
    token = sign(prepare(service.keys, request, now), now).artefact.decode()
    with unit_of_work(service.db, system("certificates"), "the status list is signed", now) as tx:
        mark = tx.session.get(CertificateMark, _MARK, with_for_update=True) or CertificateMark(
            name=_MARK, value="", at=now
        )
        mark.value, mark.at = json.dumps({"state": state, "token": token}), now
        tx.session.add(mark)
        tx.audit("certificates.status_list", f"mark:{_MARK}", {"state": state})
    return token


def packed_statuses(values: Iterable[tuple[int, int]], count: int) -> bytes:
    """Four bits each, the even places in the lower half of a byte. values: (place, value) of those that are not 0."""
    packed = bytearray((count + 1) // 2)
    for place, value in values:
        packed[place // 2] |= value << 4 * (place % 2)
    return bytes(packed)


def _values(read: ReadSession, rules: CertificateStatus) -> list[tuple[int, int]]:
    """Of several events the gravest tells, as in `status_of`."""
    query = (
        select(Certificate.status_index, CertificateEvent.kind)
        .join(CertificateEvent, col(CertificateEvent.number) == col(Certificate.number))
        .where(col(CertificateEvent.kind).in_(ENDING), col(Certificate.status_index).is_not(None))
    )
    gravest: dict[int, StatusCode] = {}
    for place, kind in read.exec(query):
        code = cast("StatusCode", kind)
        if place is not None and (place not in gravest or ENDING.index(code) < ENDING.index(gravest[place])):
            gravest[place] = code
    return [(place, rules.kinds.entries[code].list_value) for place, code in gravest.items()]


def _count(read: ReadSession) -> int:
    last = read.exec(select(func.max(Certificate.status_index))).one()
    return 0 if last is None else last + 1


def _state(read: ReadSession) -> str:
    """Another one whenever a certificate was issued or ended: both are only ever added."""
    ended = select(func.count()).where(col(CertificateEvent.kind).in_(ENDING))
    return f"{_count(read)}.{read.exec(ended).one()}"
