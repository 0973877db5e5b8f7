"""Read issued passports, within the office scope of the reader."""

from __future__ import annotations

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject, offices_in_scope
from issuance.db.session import ReadSession
from issuance.passports.facts import PassportView
from issuance.passports.model import Passport, PassportFile
from issuance.service import Service
from specs.errors import Fault, NotFound

MAX_ROWS = 200
_MEDIA_TYPES = {
    ".bin": "application/octet-stream",
    ".p7m": "application/pkcs7-mime",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".json": "application/json",
}


def passport(service: Service, actor: Actor, number: str) -> PassportView:
    """Raises `NotFound` also for a number of another office: who may not read it must not learn that it exists."""
    with service.db.reading() as read:
        return view_of(_row(read, actor, number), _names(read, number))


def passports(service: Service, actor: Actor, limit: int = 50) -> list[PassportView]:
    """The newest first, of the offices the reader may read; at most 200."""
    policy.require(actor, "passports.read")
    scope = offices_in_scope(actor, "passports.read")
    query = select(Passport).order_by(col(Passport.issued_at).desc()).limit(max(1, min(limit, MAX_ROWS)))
    if scope is not None:
        query = query.where(col(Passport.office).in_(scope))
    with service.db.reading() as read:
        rows = read.exec(query).all()
        named = select(PassportFile.passport_number, PassportFile.name).order_by(col(PassportFile.name))
        names: dict[str, list[str]] = {row.number: [] for row in rows}
        for number, name in read.exec(named.where(col(PassportFile.passport_number).in_(names))):
            names[number].append(name)
        return [view_of(row, tuple(names[row.number])) for row in rows]


def passport_file(service: Service, actor: Actor, number: str, name: str) -> tuple[bytes, str]:
    """(content, media type) of one file, byte for byte as issued. Raises `NotFound`."""
    with service.db.reading() as read:
        _row(read, actor, number)
        query = select(PassportFile).where(PassportFile.passport_number == number, PassportFile.name == name)
        file = read.exec(query).first()
    if file is None:
        raise NotFound(_fault("file_not_found", "name", "لا يوجد ملف بهذا الاسم", "there is no file of this name"))
    return file.content, _MEDIA_TYPES[name[name.rindex(".") :]]


def issued_for(service: Service, actor: Actor, request_id: str) -> PassportView | None:
    """The passport a repeatable request made already, or None."""
    with service.db.reading() as read:
        number = read.exec(select(Passport.number).where(Passport.request_id == request_id)).first()
    return None if number is None else passport(service, actor, number)


def view_of(row: Passport, names: tuple[str, ...]) -> PassportView:
    """The view of one row."""
    return PassportView(
        number=row.number,
        edition=row.edition,
        office=row.office,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        issued_at=row.issued_at,
        mrz=tuple(row.mrz.split("\n")),
        files=names,
    )


def _names(read: ReadSession, number: str) -> tuple[str, ...]:
    query = select(PassportFile.name).where(PassportFile.passport_number == number).order_by(col(PassportFile.name))
    return tuple(read.exec(query).all())


def _row(read: ReadSession, actor: Actor, number: str) -> Passport:
    policy.require(actor, "passports.read")
    row = read.get(Passport, number)
    if row is None or not policy.allowed(actor, "passports.read", Subject("passport", number, row.office)):
        raise NotFound(_fault("not_found", "number", "لا يوجد جواز بهذا الرقم", "there is no passport of this number"))
    return row


def _fault(code: str, field: str, ar: str, en: str) -> Fault:
    return Fault(code=f"passports.{code}", field=field, clause="specs/roles.yaml", ar=ar, en=en)
