"""Pages of passports: list, apply and issue, look at one, fetch its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.body import Upload
from issuance.api.guard import TheService
from issuance.api.once import Call, once
from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.border.mrz import verify_mrz
from issuance.core import clock, policy
from issuance.core.ids import new_id
from issuance.mrtd.mrz import check
from issuance.mrtd.text.suggest import suggest_latin
from issuance.passports import commands, views
from issuance.people import views as register
from issuance.web.forms import Form, flat, nested
from issuance.web.inspection import inspection_shown
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from keys.verdict import Verdict
from specs.errors import IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()

LISTED = 100
CONFIRMED = "names.latin_confirmed"
FIELDS = (
    "document_type",
    "edition",
    "national_number",
    "names.arabic.first",
    "names.arabic.father",
    "names.arabic.grandfather",
    "names.arabic.family",
    "names.latin.surname",
    "names.latin.given",
    CONFIRMED,
    "sex",
    "birth_date",
    "place_of_birth.arabic",
    "place_of_birth.latin",
    "nationality",
    "office",
)
ALIASES = {
    "names": "names.arabic.first",
    "names.arabic": "names.arabic.first",
    "names.latin": "names.latin.surname",
    "place_of_birth": "place_of_birth.arabic",
}
CHIP_SUFFIX = ".bin"
PAGE_FILES = ("data_page.png", "data_page_back.png")


@router.get("/passports")
def passports(request: Request, service: TheService, visitor: Staff) -> Response:
    """The passports of the visitor's reach, newest first."""
    rows = [_row(view.as_json()) for view in views.passports(service, visitor.actor, LISTED)]
    may = policy.allowed(visitor.actor, "passports.issue")
    return page(request, "documents.html", kind="passports", rows=rows, may_issue=may)


@router.get("/passports/new")
def new(request: Request, service: TheService, visitor: Staff, national_number: str = "") -> Response:
    """The application form, filled from the register when a national number is given; the clerk confirms."""
    policy.require(visitor.actor, "passports.issue")
    edition = next(iter(service.spec.passport.editions.values()))  # all are of one State
    values = {"office": visitor.actor.office or "", "nationality": edition.booklet.issuing_state_mrz}
    form = Form(values)
    if national_number:
        try:
            person = register.person(service, visitor.actor, national_number).as_json()
            form = Form(values | flat(person))
        except NotFound as error:
            begun = national_number[: service.spec.identity_national_number.shape.digits]
            form = Form(values | {"national_number": begun}).refused(error, FIELDS)
    return _form(request, service, form)


@router.post("/passports/new")
def issue(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Suggest a Latin spelling, or issue; what is wrong comes back beside its field."""
    values = {name: body.fields.get(name, "") for name in FIELDS}
    if body.fields.get("step") == "suggest":
        policy.require(visitor.actor, "passports.issue")
        return _suggest(request, service, values)
    application: dict[str, Any] = {"names": {}} | nested({n: v for n, v in values.items() if n != CONFIRMED})
    application["names"]["latin_confirmed"] = bool(values[CONFIRMED])
    portrait = body.files.get("portrait", Upload("", b"")).content

    def work(request_id: str | None) -> dict[str, Any]:
        return commands.issue(service, visitor.actor, application, portrait, clock.now(), request_id).as_json()

    key = body.fields.get("idempotency_key") or None
    try:
        made = once(service, visitor.actor, Call(key, "POST /passports", (application, portrait)), work)
    except Unavailable:
        raise
    except IssuanceError as error:
        form = Form(values).refused(error, (*FIELDS, "portrait"), ALIASES)
        return _form(request, service, form, status=422)
    return RedirectResponse(f"{made.headers['location']}?issued=1", status_code=303)


@router.get("/passports/{number}")
def passport(request: Request, service: TheService, visitor: Staff, number: str, issued: str = "") -> Response:
    """The passport with its data page, its files, and a verdict made now from the stored chip files."""
    view = views.passport(service, visitor.actor, number).as_json()
    t = asked_for(request)
    home = f"/passports/{number}/files"
    verdict = _verdict(service, visitor, view)
    return page(
        request,
        "document.html",
        kind="passports",
        document=view,
        issued=bool(issued),
        verdict=verdict,
        inspection=inspection_shown(verdict, service.spec),
        pages=[f"{home}/{name}" for name in PAGE_FILES if name in view["files"]],
        facts=_facts(view, t),
        mrz=view["mrz"],
        files=[{"href": f"{home}/{name}", "download": f"{number}-{name}", "label": name} for name in view["files"]],
        seal_url=None,
    )


@router.get("/passports/{number}/files/{name}")
def passport_file(service: TheService, visitor: Staff, number: str, name: str) -> Response:
    """One file, byte for byte; the picture of the data page is shown, all others are saved."""
    content, media_type = views.passport_file(service, visitor.actor, number, name)
    return attachment(content, media_type, f"{number}-{name}", inline=name in PAGE_FILES)


def _suggest(request: Request, service: Service, values: dict[str, str]) -> Response:
    """The form with a phonetic Latin spelling beside it, filled into empty fields only; the clerk still confirms."""
    spellings = service.spec.text_latin_spellings
    given = " ".join(values[f"names.arabic.{part}"] for part in ("first", "father", "grandfather"))
    suggested = {
        "names.latin.given": suggest_latin(given, spellings).text,
        "names.latin.surname": suggest_latin(values["names.arabic.family"], spellings).text,
    }
    filled = {name: text for name, text in suggested.items() if not values[name].strip()}
    return _form(request, service, Form(values | filled | {CONFIRMED: ""}), suggested=suggested)


def _form(
    request: Request, service: Service, form: Form, *, status: int = 200, suggested: dict[str, str] | None = None
) -> Response:
    t = asked_for(request)
    editions = service.spec.passport.editions
    types = {edition.booklet.document_type: edition.booklet.name for edition in editions.values()}
    return page(
        request,
        "passport_new.html",
        status=status,
        form=form,
        suggested=suggested,
        idempotency_key=new_id(),
        sexes=[("", t("form.choose")), ("M", t("sex.M")), ("F", t("sex.F"))],
        document_types=[(code, t.pick(name)) for code, name in types.items()],
        editions=[("", t("passports.edition_in_force")), *((name, name) for name in sorted(editions, reverse=True))],
    )


def _verdict(service: Service, visitor: Visitor, view: dict[str, Any]) -> Verdict:
    """The chip as a border would judge it, from the stored files; the zone of a document without a chip."""
    names = [name for name in view["files"] if name.endswith(CHIP_SUFFIX)]
    files = {
        name.removesuffix(CHIP_SUFFIX): views.passport_file(service, visitor.actor, view["number"], name)[0]
        for name in names
    }
    if not files:
        return verify_mrz("\n".join(view["mrz"]), clock.now(), service.spec)
    return inspect_chip(Chip(files), service.trust, clock.now(), service.spec)


def _facts(view: dict[str, Any], t: Language) -> list[dict[str, Any]]:
    held = check(view["mrz"]).fields | view
    rows = [(t(f"field.{name}"), held[name], True) for name in ("number", "surname", "given")]
    if t.has(f"sex.{held['sex']}"):
        rows.append((t("field.sex"), t(f"sex.{held['sex']}"), False))
    rows += [(t(f"field.{name}"), held[name], True) for name in ("issued_on", "expires_on", "office", "edition")]
    return [{"label": label, "value": value, "ltr": ltr} for label, value, ltr in rows]


def _row(view: dict[str, Any]) -> dict[str, str]:
    held = check(view["mrz"]).fields
    return {
        "number": view["number"],
        "name_ar": "",
        "name_latin": f"{held['given']} {held['surname']}",
        "issued_on": view["issued_on"],
        "expires_on": view["expires_on"],
    }
