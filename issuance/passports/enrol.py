"""An office enrols: a draft is saved and resumed, files are added to it, and it is handed in whole or not at all."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlmodel import select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.canonical import canonical
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.tracking import TRACKING_BYTES, tracking_code
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.fees.public import Order, open_in, payment_for
from issuance.mrtd.portrait import Portrait
from issuance.passports import checking
from issuance.passports.application import Application, read_application
from issuance.passports.commands import judge
from issuance.passports.document_form import form_of
from issuance.passports.earlier import link_faults
from issuance.passports.enrol_files import PORTRAIT, newest_file
from issuance.passports.model import PassportApplication, PassportApplicationFile
from issuance.passports.own_matters import require_not_own
from issuance.passports.reports import report_asked
from issuance.passports.request import CLAUSE, PassportRequest, read_request, request_faults
from issuance.passports.rules import edition_for, issue_day, office_faults, register_faults
from issuance.passports.way import ApplicationView, digest_of_code, held, move, subject_of, unknown, view_of
from issuance.people.public import BirthDate, PersonFacts, resolve
from issuance.service import Service
from issuance.staff.public import require_issuing_office, require_not_cut_off
from specs.errors import Conflict, Fault, Invalid, NotFound, Refused, Unavailable
from specs.schema import PassportEdition
from specs.schema.base import Bilingual
from specs.schema.passport_office import PassportOffice

_NAME = re.compile("[a-z][a-z_]{0,39}", re.ASCII)
MAXIMUM_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Drafted:
    """tracking: the private code of the applicant, shown once."""

    tracking: str
    view: ApplicationView


def draft(service: Service, actor: Actor, asked: dict[str, Any], now: datetime, key: str | None = None) -> Drafted:
    """Begin an application; it may still lack anything but kind, document type and office.

    key: the same actor with the same key and the same request goes on with the first, as when a line breaks.
    Raises `NotAllowed`, `Invalid`, `NotFound` and `Refused` (office).
    """
    policy.require(actor, "passports.enrol")
    kind, channel, document_type, office = _head(asked, service.spec.passport.office)
    policy.require(actor, "passports.enrol", Subject("passport_application", "new", office))
    tracking = tracking_code(_secret(service, actor, key, asked))
    digest = digest_of_code(tracking)
    with unit_of_work(service.db, actor, "begin a passport application", now) as tx:
        require_not_cut_off(tx.read, office, actor.office)
        lock(tx.session, f"passport_application:{digest}")
        known = tx.session.exec(select(PassportApplication).where(PassportApplication.tracking == digest)).first()
        if known is not None:
            return Drafted(tracking, view_of(tx.read, known))
        require_issuing_office(tx.read, office, civil_day(now), "passports", service.spec.staff_offices)
        row = PassportApplication(
            id=new_id(),
            tracking=digest,
            kind=kind,
            channel=channel,
            document_type=document_type,
            office=office,
            asked=asked,
            state="",
            since=now,
            enrolled_by=actor.id,
            authors=[actor.id],
            enrolled_at=now,
        )
        move(tx, service.spec, row, "draft")
        return Drafted(tracking, view_of(tx.read, row))


def save(service: Service, actor: Actor, application_id: str, asked: dict[str, Any], now: datetime) -> ApplicationView:
    """Replace what a draft or a returned application asks for. Raises as `draft`, and `NotFound`, `Conflict`."""
    kind, channel, document_type, office = _head(asked, service.spec.passport.office)
    with unit_of_work(service.db, actor, "change a passport application", now) as tx:
        row = editable(tx, actor, application_id)
        if office != row.office:
            words = "لا ينتقل الطلب إلى مكتب آخر", "an application stays at the office where it was begun"
            raise Invalid(_fault("office", *words, "application.office"))
        row.kind, row.channel, row.document_type, row.asked = kind, channel, document_type, asked
        row.content_version += 1
        tx.session.add(row)
        tx.audit("passports.change", subject_of(row.id), {"version": row.content_version})
        return view_of(tx.read, row)


def attach(
    service: Service, actor: Actor, application_id: str, name: str, content: bytes, media_type: str, now: datetime
) -> ApplicationView:
    """Add a file (`portrait`, ...) to a draft; the newest of a name holds, and sent again it changes nothing.

    Raises as `save`, `Invalid`: no such file, too large.
    """
    if not _NAME.fullmatch(name):
        words = "اسم الملف حروف لاتينية صغيرة", "the name of a file is small letters, at most 40"
        raise Invalid(_fault("file_name", *words, "name"))
    if not content or len(content) > MAXIMUM_BYTES:
        words = "الملف فارغ أو أكبر من المسموح", "the file is empty or larger than allowed"
        raise Invalid(_fault("file", *words, name))
    with unit_of_work(service.db, actor, "file of a passport application", now) as tx:
        row, digest = editable(tx, actor, application_id), sha256(content).hexdigest()
        if (before := newest_file(tx.read, row.id, name)) is not None and before.sha256 == digest:
            tx.audit("passports.attach", subject_of(row.id), {"file": name, "version": row.content_version})
            return view_of(tx.read, row)
        row.content_version += 1
        tx.session.add(row)
        tx.session.add(
            PassportApplicationFile(
                application_id=row.id,
                name=name,
                media_type=media_type,
                content=content,
                sha256=digest,
                at=now,
                by=actor.id,
            )
        )
        tx.audit("passports.attach", subject_of(row.id), {"file": name, "version": row.content_version})
        return view_of(tx.read, row)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a whole application asks for. edition: the one it is made by; portrait: prepared by its rules."""

    request: PassportRequest
    asked: Application
    edition: PassportEdition
    portrait: Portrait


def judged(service: Service, asked: dict[str, Any], picture: bytes, now: datetime) -> Judged:
    """Raises `Invalid` with every fault of request, application and portrait at once."""
    today = civil_day(now)
    found: list[Fault] = []
    request: PassportRequest | None = None
    edition: PassportEdition | None = None
    portrait: Portrait | None = None
    try:
        request = read_request(asked)
    except Invalid as error:
        found += error.faults
    content = asked.get("application")
    try:
        asked_for = content if isinstance(content, dict) else {}
        read, edition, portrait = judge(service.spec.passport, asked_for, picture, today)
    except Invalid as error:
        found += [_inside(fault) for fault in error.faults]
        read = read_application(content)[0]
    if request is not None:
        papers = _papers(service, read, today)
        found += request_faults(request, read, _age(read, now), service.spec.passport.office, papers)
        known = [case.code for case in service.spec.passport.afis.degraded_mode.humanitarian]
        if request.humanitarian is not None and request.humanitarian not in known:
            words = f"الحالة الإنسانية واحدة من: {'، '.join(known)}", f"one of {', '.join(known)}"
            found.append(_fault("humanitarian", *words, "humanitarian"))
    if found or request is None or edition is None or portrait is None:
        raise Invalid(*found)
    return Judged(request, read, edition, portrait)


def _papers(service: Service, asked: Application, today: date) -> Mapping[str, Bilingual]:
    """What the type asks for, by the edition of the day; nothing where `judge` names the type or the edition."""
    try:
        return form_of(edition_for(service.spec.passport, asked.edition, today), asked.document_type).papers
    except Invalid:
        return {}


def submit(service: Service, actor: Actor, application_id: str, now: datetime) -> ApplicationView:
    """Hand a draft in: judged whole, its person found, its fee opened, then checked; it waits where something is open.

    Raises `NotFound`, `NotAllowed` (of one of those who enrolled it), `Conflict` (moved on, changed meanwhile, another
    one of this person runs), `Invalid` with every fault, `Refused` where its number resolves to no live record, it
    differs from the record, leaves out the book before or names an office that does not issue or hand over such a
    document, `Unavailable` while the registry does not answer; the draft stays as it is.
    """
    with service.db.reading() as read:
        row = readable(read, actor, application_id, "passports.enrol")
        version, asked, picture = row.content_version, row.asked, portrait_of(read, application_id)
    whole = judged(service, asked, picture or b"", now)
    person = _resolved(service, actor, whole.asked.national_number, now)
    with unit_of_work(service.db, actor, "hand in a passport application", now) as tx:
        row = editable(tx, actor, application_id)
        if row.content_version != version:
            words = (
                "تغير الطلب أثناء تقديمه؛ راجعه ثم قدمه",
                "it was changed while it was handed in: look, and try again",
            )
            raise Conflict(_fault("changed", *words, "application"))
        require_not_own(tx.read, row.authors, person.id, family=False)
        differing = [_inside(fault) for fault in register_faults(whole.asked, person)]
        differing += _office_faults(tx.read, service, whole, civil_day(now))
        differing += link_faults(tx.read, person.id, row.document_type, whole.request.predecessor)
        if differing:
            raise Refused(*differing)
        if (file := newest_file(tx.read, row.id, PORTRAIT)) is not None:
            file.warnings = [{"code": f.code, "ar": f.ar, "en": f.en} for f in whole.portrait.warnings]
            tx.session.add(file)
        row.person_id, row.predecessor = person.id, whole.request.predecessor
        _activate(tx, row)
        report_asked(tx, service, row, whole.request.report_reference, civil_day(now))
        waits = _fee_waits(tx, service, row)
        move(tx, service.spec, row, "paying" if waits else "checking")
        view = view_of(tx.read, row)
    with suppress(Unavailable):  # another system is away: upkeep checks it when it is back
        view = checking.advance(service, application_id, now)
    return view


def _office_faults(read: ReadSession, service: Service, whole: Judged, today: date) -> list[Fault]:
    """The office issues this type of document, and the one it is to be handed over at is one of ours and open."""
    rules = service.spec.staff_offices
    office = require_issuing_office(read, whole.asked.office, today, "passports", rules)
    faults = [_inside(fault) for fault in office_faults(form_of(whole.edition, whole.asked.document_type), office.kind)]
    if whole.request.delivery_office:
        try:
            require_issuing_office(read, whole.request.delivery_office, today, "passports", rules)
        except (NotFound, Refused) as error:
            faults += [replace(fault, field="delivery_office") for fault in error.faults]
    return faults


def portrait_of(read: ReadSession, application_id: str) -> bytes | None:
    """The picture as it was handed in, the newest."""
    file = newest_file(read, application_id, PORTRAIT)
    return None if file is None else file.content


def readable(read: ReadSession, actor: Actor, application_id: str, action: str) -> PassportApplication:
    """The row, where the actor may do `action` to it. Raises `NotFound`: who may not must not learn of it."""
    policy.require(actor, action)
    row = read.get(PassportApplication, application_id)
    subject = Subject("passport_application", application_id, row.office if row is not None else None)
    if row is None or not policy.allowed(actor, action, subject):
        raise NotFound(unknown())
    return row


def editable(tx: Tx, actor: Actor, application_id: str) -> PassportApplication:
    """The row of a draft or a returned application, held; the actor is one of its authors from now on.

    Raises `NotFound`, `Conflict`.
    """
    readable(tx.read, actor, application_id, "passports.enrol")
    row = held(tx, application_id, "draft", "returned")
    require_not_cut_off(tx.read, row.office, actor.office)
    if actor.id not in row.authors:
        row.authors = [*row.authors, actor.id]
        tx.session.add(row)
    return row


def _resolved(service: Service, actor: Actor, national_number: str, now: datetime) -> PersonFacts:
    try:
        return resolve(service, actor, national_number, now)[0]
    except Refused as error:
        raise Refused(*[_inside(fault) for fault in error.faults]) from error


def _secret(service: Service, actor: Actor, key: str | None, asked: dict[str, Any]) -> bytes:
    """Of a private code; with a `key`, the same for what this actor says again."""
    if key is None:
        return secrets.token_bytes(TRACKING_BYTES)
    said = b"passport-application:" + canonical([actor.id, key, asked])
    return hmac.new(service.settings.session_key(), said, sha256).digest()[:TRACKING_BYTES]


def _activate(tx: Tx, row: PassportApplication) -> None:
    active = f"{row.person_id}:{row.document_type}"
    other = tx.session.exec(select(PassportApplication.id).where(PassportApplication.active == active)).first()
    if other not in (None, row.id):
        words = "لهذا الشخص طلب قائم للمستند نفسه", "an application of this person for this document is under way"
        raise Conflict(_fault("active", *words, "application.national_number"))
    row.active = active


def _fee_waits(tx: Tx, service: Service, row: PassportApplication) -> bool:
    channel = service.spec.passport.office.channels.entries[row.channel].fee_channel  # type: ignore[index]
    order = Order(subject_of(row.id), "passport", channel, row.office, row.enrolled_at)
    payment = payment_for(tx.read, order.subject) or open_in(tx, service.spec, order)
    return payment is not None and not payment.settled


def _head(asked: dict[str, Any], rules: PassportOffice) -> tuple[str, str, str, str]:
    """Kind, channel, document type and office. Raises `Invalid` naming each that is missing."""
    content = asked.get("application")
    content = content if isinstance(content, dict) else {}
    kind, channel = asked.get("kind"), asked.get("channel", "office")
    document_type, office = content.get("document_type"), content.get("office")
    found = []
    if kind not in rules.kinds.entries:
        known = ", ".join(rules.kinds.entries)
        found.append(_fault("kind", f"نوع الطلب غير معروف؛ المتاح: {known}", f"one of {known}", "kind"))
    if channel not in rules.channels.entries:
        known = ", ".join(rules.channels.entries)
        found.append(_fault("channel", f"قناة غير معروفة؛ المتاح: {known}", f"one of {known}", "channel"))
    for field, value in (("document_type", document_type), ("office", office)):
        if not isinstance(value, str) or not value.strip() or len(value) > 24:
            words = "هذا الحقل مطلوب لبدء الطلب", "needed to begin an application"
            found.append(_fault(field, *words, f"application.{field}"))
    if found:
        raise Invalid(*found)
    return str(kind), str(channel), str(document_type).strip(), str(office).strip()


def _age(asked: Application, now: datetime) -> int | None:
    try:
        return BirthDate.parse(asked.birth_date).age_on(issue_day(asked, civil_day(now)))
    except Invalid:
        return None


def _inside(fault: Fault) -> Fault:
    """A fault of the application, named as the request holds it; the portrait is a file of its own."""
    inside = fault.field is not None and fault.field != PORTRAIT
    return Fault(
        fault.code,
        fault.ar,
        fault.en,
        field=f"application.{fault.field}" if inside else fault.field,
        clause=fault.clause,
    )


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.enrol.{code}", ar, en, field=field, clause=CLAUSE)
