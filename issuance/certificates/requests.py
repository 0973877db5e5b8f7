"""Ask for a certificate: a citizen by number, birth date and a code to the phone; an office for somebody before it.

A stranger learns nothing here: a number nobody has, a wrong birth date and a right one are answered alike.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates import engine, paying
from issuance.certificates.life import (
    CLAUSE,
    RequestView,
    activate,
    code_mac,
    held,
    move,
    tracking_digest,
    unknown,
    view_of,
)
from issuance.certificates.model import Request
from issuance.certificates.request import CertificateRequest, read_request, request_faults
from issuance.core import messages, policy
from issuance.core.actor import PUBLIC, Actor
from issuance.core.canonical import canonical
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.tracking import TRACKING_BYTES, tracking_code
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import lock
from issuance.fees.public import Waiver
from issuance.people.public import BirthDate, PersonFacts, find_person, normal_number, phone_of, require_person
from issuance.service import Service
from issuance.staff.public import require_issuing_office
from specs.errors import Fault, Invalid, IssuanceError, NotFound, Refused, Unavailable
from specs.schema.certificate_requests import Channel


@dataclass(frozen=True, slots=True)
class Begun:
    """tracking: the private code of the applicant, shown once; view: the request as it stands."""

    tracking: str
    view: RequestView


def check_asked(service: Service, channel: Channel, asked: dict[str, Any]) -> None:
    """What a citizen asks for, judged before it is said who asks. Raises `Invalid` with every fault."""
    nobody = "0" * service.spec.identity_national_number.shape.digits
    if found := request_faults(read_request(asked | {"national_number": nobody}), channel, service.spec):
        raise Invalid(*found)


def begin(
    service: Service,
    channel: Channel,
    asked: dict[str, Any],
    birth_date: str,
    now: datetime,
    language: str = "ar",
    key: str | None = None,
) -> Begun:
    """A citizen asks, at home or `abroad`; a code goes to the registered phone when the facts are right.

    asked: as `CertificateRequest`, with the office; key: the same with the same facts goes on with the first, as when
    a button is pressed twice. Raises `Invalid`, `NotFound`, `Refused` (office), `Unavailable` (also while nothing
    would send the code).
    """
    if service.settings.production and not service.settings.sms_url:
        words = "لا ترسل الرموز الآن؛ راجع مكتب القيود الجنائية", "codes cannot be sent now: go to a records office"
        raise Unavailable(_fault("no_messages", *words))
    request = read_request(asked)
    found = request_faults(request, channel, service.spec)
    if found := [*found, *_who_faults(service, request.national_number, birth_date)]:
        raise Invalid(*found, *_office_faults(service, request.office or "", now))
    tracking, code = _new_tracking(service, key, [channel, asked, birth_date]), _new_code(service)
    with unit_of_work(service.db, PUBLIC, "a citizen asks for a certificate", now) as tx:
        office = issuing_office(tx, service, request.office or "", now)
        digest = tracking_digest(tracking)
        lock(tx.session, f"certificate_request:{digest}")
        if (known := tx.session.exec(select(Request).where(Request.tracking == digest)).first()) is not None:
            return Begun(tracking, view_of(tx.read, known))
        person = find_person(tx.read, request.national_number)
        phone = _phone(tx, service, person, birth_date)
        row = new_row(request, channel, office, tracking, PUBLIC.id, now)
        if person is not None and phone is not None:
            row.person_id = person.id
            row.code = code_mac(service.settings.session_key(), row.id, code)
            texts = service.spec.certificate_requests.messages.entries["code"]
            text = (texts.en if language == "en" else texts.ar).format(code=code)
            worthless = now + timedelta(minutes=service.spec.certificate_requests.identity.code_minutes)
            messages.write(tx, phone, text, f"certificate_request:{row.id}", secret_until=worthless)
        move(tx, service.spec, row, "confirming")
        return Begun(tracking, view_of(tx.read, row))


def confirm(service: Service, tracking: str, code: str, now: datetime) -> RequestView:
    """Prove by the code that it is the person; then the record is read, after the fee where one is due.

    Raises `NotFound`, `Invalid` (wrong code), `Refused` (too late, too many tries), `Conflict` (another request of this
    person for this purpose runs).
    """
    rules = service.spec.certificate_requests.identity
    with unit_of_work(service.db, PUBLIC, "a citizen confirms a request", now) as tx:
        row = _tracked(tx, tracking)
        if row.state != "confirming" or row.due_at is None or now >= row.due_at:
            words = "انقضت مهلة الرمز؛ قدم طلباً جديداً", "the code is no longer good: make a new request"
            raise Refused(_fault("code_over", *words))
        wanted = row.code or ""
        right = hmac.compare_digest(code_mac(service.settings.session_key(), row.id, _digits(code)), wanted)
        if right:
            activate(tx, row)
            paying.enter(tx, service, row)
        else:
            row.code_tries += 1
            tx.session.add(row)
            tx.audit("certificates.wrong_code", f"certificate_request:{row.id}", {"tries": row.code_tries})
            if row.code_tries >= rules.code_tries:
                move(tx, service.spec, row, "expired")
        request_id = row.id
    if not right:
        words = "الرمز غير صحيح", f"this is not the code; {rules.code_tries} tries in all"
        raise Invalid(_fault("code", *words, field="code"))
    return engine.advance(service, request_id, now)


def open_at_office(
    service: Service,
    actor: Actor,
    asked: dict[str, Any],
    now: datetime,
    request_id: str | None = None,
    channel: Channel = "clerk",
    waiver: Waiver | None = None,
) -> RequestView:
    """An office asks for the person before it, or an `authority` by a legal basis; the record is read at once,
    after the fee where one is due. waiver: by what rule of the tariff nothing is.

    A second call with one `request_id`, or the same asked again by the office, goes on with the first. Raises
    `Invalid`, `NotAllowed`, `NotFound`, `Refused`, `Conflict` (another request of this person for this purpose runs),
    `Unavailable`.
    """
    policy.require(actor, "certificates.request")
    if request_id is not None and (made := _made(service, request_id)) is not None:
        return engine.advance(service, made, now)
    request = read_request(asked)
    found = request_faults(request, channel, service.spec)
    with unit_of_work(service.db, actor, f"certificate requested for {request.purpose}", now) as tx:
        office, person = _allowed_office(tx, service, actor, request, found, now)
        row = new_row(request, channel, office, tracking_code(secrets.token_bytes(TRACKING_BYTES)), actor.id, now)
        row.request_id, row.person_id = request_id, person.id
        if (same := same_under_way(tx, row)) is not None:
            tx.audit("certificates.step", f"certificate_request:{same}", {"asked_again": True})
            opened = same
        else:
            activate(tx, row)
            paying.enter(tx, service, row, waiver)
            opened = row.id
    return engine.advance(service, opened, now)


def _allowed_office(
    tx: Tx, service: Service, actor: Actor, request: CertificateRequest, found: list[Fault], now: datetime
) -> tuple[str, PersonFacts]:
    """The office and the person. Raises `NotAllowed`, and `Invalid` with all that is wrong, `found` first; where a
    single thing is, its own error."""
    refused: list[IssuanceError] = []
    office, person = "", None
    try:
        office = issuing_office(tx, service, request.office or actor.office or "", now)
    except (NotFound, Refused) as error:
        refused.append(error)
    else:
        policy.require(actor, "certificates.request", Subject("certificate", "new", office))
        if request.level == "court":
            policy.require(actor, "certificates.request_court", Subject("certificate", "new", office))
    try:
        person = require_person(tx.read, request.national_number)
    except NotFound as error:
        refused.append(error)
    if person is not None and person.portrait is None:
        words = "لا توجد صورة مسجلة لهذا الشخص", "the record holds no portrait"
        found = [*found, Fault("certificates.portrait.missing", *words, field="national_number", clause=CLAUSE)]
    if not found and len(refused) == 1:
        raise refused[0]
    if found or refused or person is None:
        raise Invalid(*found, *(fault for error in refused for fault in error.faults))
    return office, person


def _office_faults(service: Service, code: str, now: datetime) -> tuple[Fault, ...]:
    """What is wrong with the office, beside all else that is wrong."""
    with service.db.reading() as read:
        try:
            require_issuing_office(read, code, civil_day(now), "certificates", service.spec.staff_offices)
        except (NotFound, Refused) as error:
            return error.faults
    return ()


def tracked(service: Service, tracking: str) -> RequestView:
    """The applicant's own request. Raises `NotFound`."""
    with service.db.reading() as read:
        row = read.exec(select(Request).where(Request.tracking == tracking_digest(tracking))).first()
        if row is None:
            raise NotFound(unknown())
        return view_of(read, row)


def answer(service: Service, tracking: str, words: str, now: datetime) -> RequestView:
    """The applicant answers what was asked back; the record is read anew. Raises `NotFound`, `Conflict`, `Invalid`."""
    if not (said := words.strip()) or len(said) > 1000:
        raise Invalid(
            _fault("answer", "اكتب رداً في ألف حرف على الأكثر", "write an answer, 1000 characters at most", "words")
        )
    with unit_of_work(service.db, PUBLIC, "the applicant answers", now) as tx:
        row = held(tx, _tracked(tx, tracking).id, "returned")
        move(tx, service.spec, row, "compiling", words=said)
        request_id = row.id
    return engine.advance(service, request_id, now)


def cancel(service: Service, tracking: str, now: datetime) -> RequestView:
    """The applicant takes the request back while nothing is decided. Raises `NotFound`, `Conflict`."""
    with unit_of_work(service.db, PUBLIC, "the applicant cancels", now) as tx:
        row = held(tx, _tracked(tx, tracking).id, "confirming", "paying", "review", "returned")
        move(tx, service.spec, row, "cancelled")
        return view_of(tx.read, row)


def new_row(
    request: CertificateRequest,
    channel: Channel,
    office: str,
    tracking: str,
    requested_by: str,
    now: datetime,
) -> Request:
    """The row of a request that begins; it has no person and no state yet."""
    return Request(
        id=new_id(),
        tracking=tracking_digest(tracking),
        channel=channel,
        level=request.level,
        purpose=request.purpose,
        office=office,
        asked=request.model_dump(mode="json", exclude={"national_number"}),
        legal_basis=request.legal_basis,
        state="",
        since=now,
        requested_by=requested_by,
        requested_at=now,
    )


def same_under_way(tx: Tx, row: Request) -> str | None:
    """The very same, asked before by this office: asking again goes on with it, as after a failure."""
    query = select(Request).where(Request.active == f"{row.person_id}:{row.purpose}")
    other = tx.session.exec(query).first()
    return other.id if other is not None and asks_the_same(other, row) else None


def asks_the_same(one: Request, other: Request) -> bool:
    """Whether both ask for the same paper of one person."""
    same = ("person_id", "channel", "level", "purpose", "office", "asked", "legal_basis")
    return all(getattr(one, name) == getattr(other, name) for name in same)


def _phone(tx: Tx, service: Service, person: PersonFacts | None, birth_date: str) -> str | None:
    """Where the code goes, or None: another birth date, no phone or portrait known, too many codes for a day."""
    if person is None or person.birth_date.iso() != birth_date.strip() or person.portrait is None:
        return None
    sent = select(func.count()).where(
        Request.person_id == person.id,
        col(Request.channel).in_(("citizen", "abroad")),
        col(Request.requested_at) > tx.now - timedelta(days=1),
    )
    if tx.session.exec(sent).one() >= service.spec.certificate_requests.identity.codes_a_day:
        return None
    return phone_of(tx.read, person.id)


def issuing_office(tx: Tx, service: Service, code: str, now: datetime) -> str:
    return require_issuing_office(tx.read, code, civil_day(now), "certificates", service.spec.staff_offices).code


def _tracked(tx: Tx, tracking: str) -> Request:
    query = select(Request).where(Request.tracking == tracking_digest(tracking)).with_for_update()
    row = tx.session.exec(query).first()
    if row is None:
        raise NotFound(unknown())
    return row


def _made(service: Service, request_id: str) -> str | None:
    with service.db.reading() as read:
        return read.exec(select(Request.id).where(Request.request_id == request_id)).first()


def _who_faults(service: Service, national_number: str, birth_date: str) -> list[Fault]:
    """What no person has; said of the form alone, never of anybody."""
    digits = service.spec.identity_national_number.shape.digits
    found = []
    if not re.fullmatch(rf"[0-9]{{{digits}}}", normal_number(national_number)):
        words = f"الرقم الوطني {digits} رقماً", f"a national number has {digits} digits"
        found.append(_fault("national_number", *words, field="national_number"))
    try:
        BirthDate.parse(birth_date.strip())
    except Invalid as error:
        found += error.faults
    return found


def _new_tracking(service: Service, key: str | None, said: list[Any]) -> str:
    """A private code; with a `key`, the same for what is said again, and known to nobody who lacks the key."""
    if key is None:
        return tracking_code(secrets.token_bytes(TRACKING_BYTES))
    mac = hmac.new(service.settings.session_key(), b"tracking:" + canonical([key, *said]), sha256).digest()
    return tracking_code(mac[:TRACKING_BYTES])


def _new_code(service: Service) -> str:
    digits = service.spec.certificate_requests.identity.code_digits
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def _digits(code: str) -> str:
    """Digits of any script, blanks left out: people type what they see."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in code if not sign.isspace())


def _fault(code: str, ar: str, en: str, field: str = "request") -> Fault:
    return Fault(f"certificates.request.{code}", ar, en, field=field, clause=CLAUSE)
