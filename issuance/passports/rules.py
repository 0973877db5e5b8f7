"""Which applications become passports: edition, dates, agreement with the register. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from issuance.passports.application import CLAUSE, Application
from issuance.passports.document_form import DocumentForm, form_of
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


def faults(application: Application, edition: PassportEdition, today: date) -> Iterator[Fault]:
    """Everything wrong with the application by itself; names and national number are judged by their own rules."""
    booklet, validity = edition.booklet, edition.validity
    form: DocumentForm | None = None
    try:
        form = form_of(edition, application.document_type)
    except Invalid as error:
        yield from error.faults
    if not application.names.latin_confirmed:
        yield _fault(
            "latin_unconfirmed",
            "names.latin_confirmed",
            "لم يؤكد الموظف كتابة الاسم باللاتينية مع صاحبه",
            "the clerk has not confirmed the Latin spelling with the holder",
        )
    if application.sex not in ("M", "F"):
        yield _fault("sex", "sex", "الجنس M أو F", "sex is M or F", "Law 8/2014")
    yield from _nationality_faults(application, form, booklet.issuing_state_mrz)
    issued = issue_day(application, today)
    if not today - timedelta(days=validity.issue_date.days_back_allowed) <= issued <= today:
        yield _fault(
            "issued_on",
            "issued_on",
            f"تاريخ الإصدار في المستقبل أو أقدم من {validity.issue_date.days_back_allowed} يوماً",
            f"the date of issue lies in the future or more than {validity.issue_date.days_back_allowed} days back",
            _file(edition.edition, "validity"),
        )
    yield from _birth_faults(application, form, issued, validity)
    yield from _page_faults(application, edition, form)
    if not application.office:
        yield _fault("office", "office", "مكتب الإصدار مطلوب", "the issuing office is needed")


def _page_faults(application: Application, edition: PassportEdition, form: DocumentForm | None) -> Iterator[Fault]:
    """What the page of the type has no room for, or cannot print as a place."""
    fields = edition.data_page.fields_of("TD3" if form is None else form.zone_format)
    room = {name: field.maximum_characters for name, field in fields.items()}
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


def _nationality_faults(application: Application, form: DocumentForm | None, ours: str) -> Iterator[Fault]:
    """Nationals hold what is made for nationals; what is made for others, whom its zone names, no national holds."""
    national = application.nationality == ours
    if form is not None and form.zone_nationality is not None:
        if national or not application.nationality:
            ar, en = (
                f"هذه الوثيقة لغير المواطنين، لا {ours}",
                f"this document is for those who are no nationals, not {ours}",
            )
            yield _fault("nationality", "nationality", ar, en, "Decree 472/1985 Art 15")
    elif not national:
        ar, en = f"هذا الجواز للمواطنين: {ours}", f"this passport is for nationals: {ours}"
        yield _fault("nationality", "nationality", ar, en, "Law 4/1985 Art 1")


def _birth_faults(
    application: Application, form: DocumentForm | None, issued: date, validity: Validity
) -> Iterator[Fault]:
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
    least = form.older_than_years if form is not None else None
    if least is not None and (age is None or age < least):
        ar, en = f"هذه الوثيقة لمن جاوز {least} سنة", f"this document is for those over {least} years"
        yield _fault("birth_date.too_young", "birth_date", ar, en, "specs/passport/editions (document_types)")


def office_faults(form: DocumentForm, kind: str) -> Iterator[Fault]:
    """An office whose kind does not issue this type of document."""
    if kind not in form.issuing_offices:
        ar, en = f"لا يصدر هذا المكتب: {form.title.ar}", f"this office does not issue: {form.title.en}"
        yield _fault("office.document_type", "office", ar, en, "Law 4/1985 Art 2; Royal Decree 1/1960")


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
