"""Which applications become passports: edition, dates, agreement with the register. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from issuance.passports.application import CLAUSE, Application
from issuance.people.birth_date import BirthDate
from issuance.people.facts import PersonFacts
from issuance.people.public import place_faults
from specs.errors import Fault, Invalid
from specs.schema import PassportEdition, PassportSpec
from specs.schema.passport import Validity

EDITIONS = "specs/passport/editions"


def edition_for(spec: PassportSpec, named: str | None, on: date) -> PassportEdition:
    """The edition named, or the newest in force on `on`. Raises `Invalid` when it is unknown or not in force."""
    if named is not None and named not in spec.editions:
        known = ", ".join(spec.editions)
        raise Invalid(
            _fault("edition.unknown", "edition", f"إصدارة غير معروفة؛ المتاح: {known}", f"one of {known}", EDITIONS)
        )
    candidates = [spec.editions[named]] if named is not None else list(spec.editions.values())
    usable = [e for e in candidates if _in_force(spec, e, on)]
    if not usable:
        raise Invalid(
            _fault(
                "edition.not_in_force",
                "edition",
                "لا تصدر جوازات بهذه الإصدارة في تاريخ الإصدار",
                "this edition is not issued on the date of issue",
                _file(named, "booklet") if named is not None else EDITIONS,
            )
        )
    return max(usable, key=lambda e: e.booklet.in_force.from_date)


def issue_day(application: Application, today: date) -> date:
    """The date of issue: as asked, or today."""
    return application.issued_on or today


def expiry(issued_on: date, born: BirthDate, validity: Validity) -> date:
    """The last day of validity. An unknown birth year counts as an adult's; 29 February becomes the 28th if need be."""
    age = born.age_on(issued_on)
    years = validity.rule(age if age is not None else validity.rules[-1].from_age_years).validity_years
    year = issued_on.year + years
    try:
        anniversary = issued_on.replace(year=year)
    except ValueError:
        anniversary = date(year, 2, 28)
    return anniversary - timedelta(days=validity.expiry.days_before_anniversary)


def faults(application: Application, edition: PassportEdition, today: date) -> Iterator[Fault]:
    """Everything wrong with the application by itself; names and national number are judged by their own rules."""
    booklet, validity = edition.booklet, edition.validity
    if application.document_type != booklet.document_type:
        known = booklet.document_type
        yield _fault(
            "document_type",
            "document_type",
            f"نوع غير معروف؛ المتاح: {known}",
            f"must be {known}",
            _file(edition.edition, "booklet"),
        )
    if not application.names.latin_confirmed:
        yield _fault(
            "latin_unconfirmed",
            "names.latin_confirmed",
            "لم يؤكد الموظف كتابة الاسم باللاتينية مع صاحبه",
            "the clerk has not confirmed the Latin spelling with the holder",
        )
    if application.sex not in ("M", "F"):
        yield _fault("sex", "sex", "الجنس M أو F", "sex is M or F", "Law 8/2014")
    if application.nationality != booklet.issuing_state_mrz:
        yield _fault(
            "nationality",
            "nationality",
            f"هذا الجواز للمواطنين: {booklet.issuing_state_mrz}",
            f"this passport is for nationals: {booklet.issuing_state_mrz}",
            "Law 4/1985 Art 1",
        )
    issued = issue_day(application, today)
    if not today - timedelta(days=validity.issue_date.days_back_allowed) <= issued <= today:
        yield _fault(
            "issued_on",
            "issued_on",
            f"تاريخ الإصدار في المستقبل أو أقدم من {validity.issue_date.days_back_allowed} يوماً",
            f"the date of issue lies in the future or more than {validity.issue_date.days_back_allowed} days back",
            _file(edition.edition, "validity"),
        )
    yield from _birth_faults(application, issued, validity)
    yield from _page_faults(application, edition)
    if not application.office:
        yield _fault("office", "office", "مكتب الإصدار مطلوب", "the issuing office is needed")


def _page_faults(application: Application, edition: PassportEdition) -> Iterator[Fault]:
    """What the data page has no room for, or cannot print as a place."""
    room = {field.id: field.maximum_characters for field in edition.data_page.fields}
    arabic, latin, place = application.names.arabic, application.names.latin, application.place_of_birth
    given = f"{arabic.first} {arabic.father} {arabic.grandfather}"
    for field, value, most in (
        ("names.arabic.family", arabic.family, room["surname"]),
        ("names.arabic", given, room["given_names"]),
        ("names.latin.surname", latin.surname, room["surname"]),
        ("names.latin.given", latin.given, room["given_names"]),
    ):
        if len(value) > most:
            ar, en = f"لا يسعه موضعه في صفحة البيانات ({most} حرفاً)", f"the data page has room for {most} characters"
            yield _fault("no_room", field, ar, en, "Doc 9303-4 §4.1.1")
    yield from place_faults(place.arabic, place.latin, room["birth_place"])


def _birth_faults(application: Application, issued: date, validity: Validity) -> Iterator[Fault]:
    try:
        born = BirthDate.parse(application.birth_date)
    except Invalid as error:
        yield from error.faults
        return
    if (earliest := born.earliest()) is not None and earliest > issued:
        yield _fault(
            "birth_date.future", "birth_date", "تاريخ الميلاد في المستقبل", "the birth date lies in the future"
        )
    age = born.age_on(issued)
    if age is not None and age > validity.holder.oldest_age_years:
        yield _fault(
            "birth_date.too_old",
            "birth_date",
            f"العمر يتجاوز {validity.holder.oldest_age_years} سنة",
            f"the holder would be older than {validity.holder.oldest_age_years} years",
            validity.holder.source,
        )


def register_faults(application: Application, person: PersonFacts) -> Iterator[Fault]:
    """Where the application and the living record differ: the record is right, the civil registry corrects it."""
    names = application.names
    pairs: tuple[tuple[str, str, str], ...] = (
        ("names.arabic.first", names.arabic.first, person.arabic.first),
        ("names.arabic.father", names.arabic.father, person.arabic.father),
        ("names.arabic.grandfather", names.arabic.grandfather, person.arabic.grandfather),
        ("names.arabic.family", names.arabic.family, person.arabic.family),
        ("sex", application.sex, person.sex),
        ("birth_date", application.birth_date, person.birth_date.iso()),
        ("place_of_birth.arabic", application.place_of_birth.arabic, person.birth_place_arabic),
        ("nationality", application.nationality, person.nationality),
    )
    for field, asked, recorded in pairs:
        if asked != recorded:
            yield _fault(
                "differs_from_record",
                field,
                "لا يطابق القيد في السجل المدني",
                "differs from the record of the civil registry",
                "LIBYA 1.2 (S12)",
            )


def _in_force(spec: PassportSpec, edition: PassportEdition, on: date) -> bool:
    until = spec.last_day(edition.edition)
    return edition.booklet.in_force.from_date <= on and (until is None or on <= until)


def _file(edition: str, name: str) -> str:
    return f"{EDITIONS}/{edition}/{name}.yaml"


def _fault(code: str, field: str, ar: str, en: str, clause: str = CLAUSE) -> Fault:
    return Fault(code=f"passports.{code}", field=field, clause=clause, ar=ar, en=en)
