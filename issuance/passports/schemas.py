"""Published shapes of what passports take and give: application, issued passport, the printing line's work package."""

from __future__ import annotations

from issuance.core.schema import (
    BASE64,
    DAY,
    MOMENT,
    REMOVED,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    listed,
    maybe,
    members,
    number,
    of_type,
    one_of,
    text,
    words,
)
from issuance.core.terms import BIRTH_DATE, national_number, office, passport_number, sex
from issuance.passports.application import Application
from issuance.passports.document_form import form_of
from issuance.passports.personalise import CHIP_KEY, OBSERVATION_PAGE, PAGE_BACK, PAGE_FRONT, PAGE_PDF
from specs.schema.text import MrzFormat

_PAGE_FILES = (PAGE_PDF, PAGE_FRONT)
_OBSERVATIONS = ("observation_page.pdf", OBSERVATION_PAGE)


def application(source: Source) -> Schema:
    """The types of `Application`, with the lengths, codes and patterns of the edition."""
    edition, names = source.passport, source.spec.text_names
    room = {field.id: field.maximum_characters for field in edition.data_page.fields}
    arabic, place = text(200, least=1), room["birth_place"]
    parts = {f"names__arabic__{part}": arabic for part in names.arabic_parts.order}
    foreigners = any(one.document_form.zone_nationality for one in edition.document_types.issued().values())
    surname, given = names.latin_parts.surname_maximum_letters, names.latin_parts.given_maximum_letters
    return of_type(
        Application,
        given=False,
        **parts,
        document_type=one_of(edition.document_types.issued()),
        edition=maybe(one_of([edition.edition])),
        national_number=national_number(source),
        names__latin__surname=text(min(surname, room["surname"]), least=1),
        names__latin__given=text(min(given, room["given_names"])),
        names__latin_confirmed={"const": True},
        sex=sex(source),
        birth_date=BIRTH_DATE,
        place_of_birth__arabic=arabic,
        place_of_birth__latin=text(place, least=1),
        nationality=text(pattern="^[A-Z]{1,3}$") if foreigners else one_of([edition.booklet.issuing_state_mrz]),
        office=office(source),
        issued_on=maybe(DAY),
    )


def mrz_lines(source: Source) -> Schema:
    """The printed lines of any type the edition issues: as many and as long as its format says."""
    edition = source.passport
    heads: dict[str, list[str]] = {}
    for name in edition.document_types.issued():
        form = form_of(edition, name)
        heads.setdefault(form.zone_format, []).append(form.document_code.ljust(2, "<") + form.issuer)
    shapes = [_zone(source.spec.text_mrz.formats[name], held) for name, held in heads.items()]
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _zone(form: MrzFormat, heads: list[str]) -> Schema:
    """The lines of one format. heads: what the first may begin with; where a name follows, no digit does."""
    line = text(pattern=f"^[A-Z0-9<]{{{form.line_characters}}}$")
    named = form.span(form.name)[0] < form.line_characters
    rest = f"[{'A-Z' if named else 'A-Z0-9'}<]{{{form.line_characters - len(heads[0])}}}"
    first = text(pattern="|".join(f"^{head}{rest}$" for head in dict.fromkeys(heads)))
    return {
        "type": "array",
        "prefixItems": [first, *[line] * (form.lines - 1)],
        "items": False,
        "minItems": form.lines,
    }


def chip_files(source: Source) -> tuple[str, ...]:
    """Names of the files of the chip as this service writes them, those every booklet of the edition has."""
    held = [file for file in source.passport.chip.files if file.presence == "required"]
    return tuple(f"EF_{file.name}.bin" if file.number is None else f"{file.name}.bin" for file in held)


def _issued(source: Source) -> Schema:
    return members(
        {
            "number": passport_number(source),
            "edition": one_of([source.passport.edition]),
            "office": office(source),
            "issued_on": DAY,
            "expires_on": DAY,
            "issued_at": MOMENT,
            "mrz": mrz_lines(source),
            "files": listed(
                one_of([*chip_files(source), *_PAGE_FILES, PAGE_BACK, *_OBSERVATIONS, CHIP_KEY, "package.json"])
            ),
        }
    )


def _file(most: int | None = None) -> Schema:
    return members({"bytes": number(1, most), "sha256": SHA256})


def _note(source: Source) -> Schema:
    """Of the book before: what the page of observations says."""
    reasons = one_of(source.spec.passport.office.kinds.entries)
    earlier = text(pattern="^[A-Z0-9]{6,9}$")
    return members({"number": earlier, "reason": reasons, "on": DAY, "ar": TEXT, "en": TEXT})


def _package(source: Source) -> Schema:
    limits = {file.name: file.maximum_bytes for file in source.passport.chip.files}
    chip = {name: _file(limits[name.removeprefix("EF_").removesuffix(".bin")]) for name in chip_files(source)}
    types = source.passport.document_types.issued()
    pages, back = {name: _file() for name in _PAGE_FILES}, {PAGE_BACK: _file()}
    noted = {name: _file() for name in _OBSERVATIONS}
    files = [members(chip | pages, back | noted | {CHIP_KEY: _file()})]
    if any(not one.document_form.chip_inside for one in types.values()):
        files.append(members(pages, back))
    work = members(
        {
            "format": {"const": "passport-work-package/1"},
            "number": passport_number(source),
            "document_type": one_of(types),
            "edition": one_of([source.passport.edition]),
            "office": office(source),
            "issued_on": DAY,
            "expires_on": DAY,
            "mrz": mrz_lines(source),
            "files": files[0] if len(files) == 1 else {"anyOf": files},
        },
        {"replaces": maybe(_note(source)), "observation_page": maybe(number(1)), "seal": maybe(BASE64)},
    )
    signature = members({"form": {"const": "CMS SignedData, DER, base64"}, "value": BASE64 | {"minLength": 1}})
    return members({"work": work, "signature": signature})


def _listed(source: Source) -> Schema:
    """Of every edition, so it repeats no edition's own values."""
    one = _issued(source)["properties"] | {"number": TEXT, "edition": one_of(source.spec.passport.editions)}
    return members({"passports": listed(members(one | {"mrz": listed(TEXT), "files": listed(TEXT)}))})


DOCUMENTS = (
    Document(
        "passport-application",
        1,
        words("طلب جواز سفر", "Application for a passport"),
        application,
        by_edition=True,
        beyond=words(
            "تُحذف الفراغات حول كل قيمة، وتُقرأ أرقام الخطوط الأخرى كأرقامها. ويُفحص فوق الشكل: أن التاريخ في التقويم، "
            "وأن الرقم الوطني يوافق الجنس وسنة الميلاد، وأن الأسماء بحروفها وتسعها صفحة البيانات والشريحة، وأن المكتب "
            "مفتوح يوم الإصدار، وأن الطلب يطابق القيد في السجل المدني",
            "Blanks around a value are taken off and digits of other scripts read as plain ones. Checked besides the "
            "shape: that dates are in the calendar, that the national number agrees with sex and year of birth, that "
            "names are in their letters and fit the data page and the chip, that the office is open on the day of "
            "issue, and that all agrees with the civil registry",
        ),
        wrong=(
            Wrong(("sex",), "X", words("الجنس M أو F", "sex is M or F")),
            Wrong(("national_number",), "319909000012", words("أول خانة للجنس", "the first digit says the sex")),
            Wrong(("birth_date",), "17/05/1990", words("التاريخ YYYY-MM-DD", "a day is YYYY-MM-DD")),
            Wrong(
                ("names", "latin_confirmed"), False, words("يؤكدها الموظف مع صاحبها", "a clerk confirms the spelling")
            ),
            Wrong(("names", "arabic", "grandfather"), REMOVED, words("الاسم رباعي", "a name has four parts")),
        ),
    ),
    Document("issued-passport", 1, words("جواز سفر صادر", "An issued passport"), _issued, by_edition=True),
    Document("issued-passports", 1, words("الجوازات الصادرة", "Passports issued"), _listed),
    Document(
        "passport-work-package",
        1,
        words("أمر عمل لخط الطباعة (package.json)", "Work package of the printing line (package.json)"),
        _package,
        by_edition=True,
        beyond=words(
            "التوقيع CMS على العضو work مكتوباً JSON بمفاتيح مرتبة وبلا فراغات (UTF-8)؛ ولكل ملف بصمته وطوله",
            "The CMS signature is over `work` as JSON with sorted keys, without blanks, in UTF-8; each file has the "
            "length and digest that is told",
        ),
        wrong=(
            Wrong(("work", "mrz"), ["P<LBY"], words("سطران من 44 محرفاً", "two lines of 44 characters")),
            Wrong(("work", "files", "EF_SOD.bin"), REMOVED, words("لا شريحة بلا SOD", "no chip is without EF.SOD")),
            Wrong(("work", "number"), "B1234567", words("رقم من سلسلة الإصدارة", "a number of the edition's series")),
        ),
    ),
)
ROUTES = {
    "POST /v1/passports": Exchange("passport-application", "issued-passport"),
    "GET /v1/passports": Exchange(gives="issued-passports"),
    "GET /v1/passports/{number}": Exchange(gives="issued-passport"),
    "GET /v1/passports/{number}/files/{name}": Exchange(),
}
COMMANDS = {
    "passports issue": Exchange("passport-application", "issued-passport"),
    "passports list": Exchange(gives="issued-passports"),
    "passports show": Exchange(gives="issued-passport"),
}
