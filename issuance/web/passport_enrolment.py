"""The clerk's pages: begin an application, save it, take it up again, show what the picture lacks, hand it in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.body import Upload
from issuance.api.guard import TheService
from issuance.api.shield import CONTENT_SECURITY_POLICY
from issuance.biometrics.public import assess
from issuance.core import clock, policy
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.fees.rules import text
from issuance.passports import desk, enrol, enrol_files, rules, work
from issuance.passports.desk import Opened
from issuance.people import views as register
from issuance.web import passport_fingers
from issuance.web.forms import Form, flat, nested
from issuance.web.language import Language, asked_for
from issuance.web.passport_words import APPLICATION, application_row, step_rows
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Invalid, IssuanceError, NotFound, Unavailable
from specs.schema.base import Bilingual

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/applications"
CONFIRMED = APPLICATION + "names.latin_confirmed"
GUARDIANS = 2
_GUARDIAN = ("national_number", "relation", "proof")
FIELDS = (
    "kind",
    "channel",
    "predecessor",
    "report_reference",
    "court_order",
    *(f"guardians.{n}.{name}" for n in range(GUARDIANS) for name in _GUARDIAN),
    "delivery",
    "delivery_office",
    "humanitarian",
    "legal_basis",
    *(
        APPLICATION + name
        for name in (
            "document_type",
            "national_number",
            "names.arabic.first",
            "names.arabic.father",
            "names.arabic.grandfather",
            "names.arabic.family",
            "names.latin.surname",
            "names.latin.given",
            "names.latin_confirmed",
            "sex",
            "birth_date",
            "place_of_birth.arabic",
            "place_of_birth.latin",
            "nationality",
            "office",
        )
    ),
)
PAPERS = "papers."
ALIASES = {
    APPLICATION + "names": APPLICATION + "names.arabic.first",
    APPLICATION + "names.arabic": APPLICATION + "names.arabic.first",
    APPLICATION + "names.latin": APPLICATION + "names.latin.surname",
    APPLICATION + "place_of_birth": APPLICATION + "place_of_birth.arabic",
    "guardians": "guardians.0.national_number",
}
_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


@router.get(PAGE)
def applications(request: Request, service: TheService, visitor: Staff) -> Response:
    """What waits for the clerks and applicants of the visitor's office, the nearest deadline first."""
    policy.require(visitor.actor, desk.ENROL)
    t, now, office = asked_for(request), clock.now(), service.spec.passport.office
    views = work.applications(service, visitor.actor, "office")
    rows = [application_row(view, office, t, now, f"{PAGE}/{view.id}") for view in views]
    return page(request, "passport_applications.html", rows=rows)


@router.get(PAGE + "/new")
def new(request: Request, service: TheService, visitor: Staff, national_number: str = "") -> Response:
    """The form, filled from the register when a national number is given; the clerk confirms."""
    policy.require(visitor.actor, desk.ENROL)
    edition = next(iter(service.spec.passport.editions.values()))  # all are of one State
    values = {
        "kind": "first",
        "channel": "office",
        "delivery": "office",
        APPLICATION + "office": visitor.actor.office or "",
        APPLICATION + "nationality": edition.booklet.issuing_state_mrz,
    }
    form = Form(values)
    if national_number:
        begun = {APPLICATION + "national_number": national_number[:12]}
        try:
            person = register.person(service, visitor.actor, national_number).as_json()
            proposed = desk.spelling(service, {"application": {"national_number": national_number}})
            latin = {"names.latin.surname": proposed.surname, "names.latin.given": proposed.given}
            form = Form(values | {APPLICATION + name: value for name, value in (flat(person) | latin).items()})
        except NotFound as error:
            form = Form(values | begun).refused(
                error, _shown(service), {"national_number": APPLICATION + "national_number"}
            )
    return _form(request, service, form, PAGE + "/new", None)


@router.post(PAGE + "/new")
def begin(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Suggest a spelling, or keep a draft; its private code is shown with the answer and never again."""
    form = Form(_entered(body))
    if body.fields.get("step") == "suggest":
        policy.require(visitor.actor, desk.ENROL)
        return _suggest(request, service, form, PAGE + "/new", None)
    now = clock.now()
    try:
        key = body.fields.get("idempotency_key") or None
        drafted = enrol.draft(service, visitor.actor, _asked(form.values), now, key)
    except Unavailable:
        raise
    except IssuanceError as error:
        shown = form.refused(error, _shown(service), ALIASES)
        return _form(request, service, shown, PAGE + "/new", None, status=422)
    return _done(request, service, visitor, drafted.view.id, form, body, now, drafted.tracking)


@router.get(PAGE + "/{application_id}")
def one(request: Request, service: TheService, visitor: Staff, application_id: str) -> Response:
    """A draft or a returned application to go on with; any other, how it stands."""
    return _show(request, service, visitor, application_id, None, None)


@router.post(PAGE + "/{application_id}")
def change(
    request: Request, service: TheService, visitor: Staff, application_id: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Keep what was entered, suggest a spelling, hand it in, or take it back for the applicant."""
    form, now, step = Form(_entered(body)), clock.now(), body.fields.get("step")
    if step == "suggest":
        held = desk.opened(service, visitor.actor, application_id, now)
        return _suggest(request, service, form, f"{PAGE}/{application_id}", held)
    try:
        if step == "withdraw":
            words = Form({"words": body.fields.get("words", "")})
            work.withdraw(service, visitor.actor, application_id, words.values["words"], now)
            return RedirectResponse(f"{PAGE}/{application_id}", status_code=303)
        enrol.save(service, visitor.actor, application_id, _asked(form.values), now)
    except (NotFound, Unavailable):
        raise
    except IssuanceError as error:
        shown = (
            Form({}).refused(error, ("words",)) if step == "withdraw" else form.refused(error, _shown(service), ALIASES)
        )
        return _show(request, service, visitor, application_id, shown, None, status=422)
    return _done(request, service, visitor, application_id, form, body, now, None)


@router.get(PAGE + "/{application_id}/portrait")
def portrait(service: TheService, visitor: Staff, application_id: str) -> Response:
    """The picture as it was handed in."""
    content, media_type = work.file_of(service, visitor.actor, application_id, enrol_files.PORTRAIT, clock.now())
    return attachment(content, media_type, enrol_files.PORTRAIT, inline=True)


@router.post("/passport-office/portrait")
def judge(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """What a picture keeps and lacks, for the script of the form; nothing is kept of it."""
    policy.require(visitor.actor, desk.ENROL)
    content = body.files.get(enrol_files.PORTRAIT, Upload("", b"")).content
    return page(request, "passport_portrait.html", checks=_checks(service, content, asked_for(request)))


def _done(
    request: Request,
    service: Service,
    visitor: Visitor,
    application_id: str,
    form: Form,
    body: Posted,
    now: datetime,
    tracking: str | None,
) -> Response:
    """Keep the picture that came with the form and hand in, if that was asked; then show how it stands."""
    picture = body.files.get(enrol_files.PORTRAIT, Upload("", b"")).content
    try:
        if picture:
            kind = next((media for begins, media in _SIGNATURES.items() if picture.startswith(begins)), None)
            if kind is None:
                assessed = assess(picture, _edition(service).portrait)
                raise Invalid(*assessed.failed)
            enrol.attach(service, visitor.actor, application_id, enrol_files.PORTRAIT, picture, kind, now)
        if body.fields.get("step") == "submit":
            enrol.submit(service, visitor.actor, application_id, now)
    except Unavailable:
        raise
    except IssuanceError as error:
        shown = form.refused(error, _shown(service), ALIASES)
        return _show(request, service, visitor, application_id, shown, tracking, status=422)
    if tracking is None:
        return RedirectResponse(f"{PAGE}/{application_id}?saved=1", status_code=303)
    return _show(request, service, visitor, application_id, None, tracking)


def _entered(body: Posted) -> dict[str, str]:
    papers = {name: value for name, value in body.fields.items() if name.startswith(PAPERS) and name.count(".") == 1}
    return {name: body.fields.get(name, "") for name in FIELDS} | papers


def _asked(values: Mapping[str, str]) -> dict[str, Any]:
    """The request as `passports.request` reads it; empty fields are left out."""
    asked = nested({name: value for name, value in values.items() if not name.startswith("guardians.")})
    names = asked.setdefault("application", {}).setdefault("names", {})
    names["latin_confirmed"] = bool(values.get(CONFIRMED))
    if "surname" in names.get("latin", {}):
        names["latin"].setdefault("given", "")  # of one word: whether it may be is the rule's to say
    guardians = [
        given
        for n in range(GUARDIANS)
        if any((given := {name: values.get(f"guardians.{n}.{name}", "").strip() for name in _GUARDIAN}).values())
    ]
    return asked | ({"guardians": guardians} if guardians else {})


def _values(asked: Mapping[str, Any]) -> dict[str, str]:
    """The inverse of `_asked`."""
    values = flat({name: value for name, value in asked.items() if name != "guardians"})
    for n, guardian in enumerate(asked.get("guardians", ())):
        values |= flat(guardian, f"guardians.{n}.")
    values[CONFIRMED] = "yes" if values.get(CONFIRMED) == "True" else ""
    return values


def _suggest(request: Request, service: Service, form: Form, action: str, held: Opened | None) -> Response:
    """The form with a spelling beside it, filled into empty fields only; the clerk confirms it with the holder."""
    proposed = desk.spelling(service, _asked(form.values))
    latin = {
        APPLICATION + "names.latin.surname": proposed.surname,
        APPLICATION + "names.latin.given": proposed.given,
    }
    filled = {name: value for name, value in latin.items() if not form.values.get(name, "").strip()}
    shown = Form({**form.values, **filled, CONFIRMED: ""})
    return _form(request, service, shown, action, held, suggested=proposed)


def _show(
    request: Request,
    service: Service,
    visitor: Visitor,
    application_id: str,
    form: Form | None,
    tracking: str | None,
    *,
    status: int = 200,
) -> Response:
    held = desk.opened(service, visitor.actor, application_id, clock.now())
    action = f"{PAGE}/{application_id}"
    if held.editable:
        shown = form or _returned(Form(_values(held.asked)), held, _shown(service))
        return _form(request, service, shown, action, held, tracking=tracking, status=status)
    t, office = asked_for(request), service.spec.passport.office
    payment = held.payment
    owed = None
    if payment is not None and held.view.state == "paying":
        owed = {
            "reference": payment.reference,
            "amount": f"{text(payment.amount)} {t.pick(service.spec.fees.currency.name)}",
        }
    return page(
        request,
        "passport_application.html",
        status=status,
        row=application_row(held.view, office, t, clock.now(), action),
        steps=step_rows(held.view, office, t),
        owed=owed,
        form=form or Form(),
        tracking=tracking,
        fingers=passport_fingers.shown(service, held.view.id, held.view.office, t),
        withdrawable=held.view.state in work.WITHDRAWN_FROM,
    )


def _returned(form: Form, held: Opened, fields: tuple[str, ...]) -> Form:
    """What the officer found, beside its fields."""
    return form.refused(Invalid(*held.faults), fields, ALIASES) if held.faults else form


def _papers(service: Service) -> dict[str, Bilingual]:
    """What any type asks for, by the name of its field."""
    types = _edition(service).document_types.issued().values()
    asked = (one for held in types for one in held.entitlement.conditions or ())
    return {f"{PAPERS}{one.asks}": one for one in asked if one.asks is not None}


def _shown(service: Service) -> tuple[str, ...]:
    """Every field of the form."""
    return (*FIELDS, *_papers(service), enrol_files.PORTRAIT)


def _form(
    request: Request,
    service: Service,
    form: Form,
    action: str,
    held: Opened | None,
    *,
    suggested: desk.Spelling | None = None,
    tracking: str | None = None,
    status: int = 200,
) -> Response:
    t, office = asked_for(request), service.spec.passport.office
    types = {
        one.id: one.title for one in _edition(service).document_types.types if one.document_form.issued_by_this_service
    }
    choose = ("", t("form.choose"))
    picture = held.portrait if held is not None else None
    made = page(
        request,
        "passport_enrol.html",
        status=status,
        form=form,
        action=action,
        idempotency_key=new_id(),
        row=application_row(held.view, office, t, clock.now(), action) if held is not None else None,
        saved=request.query_params.get("saved") == "1" and not form.count,
        suggested=suggested,
        tracking=tracking,
        guardians=range(GUARDIANS),
        papers=[(name, t.pick(condition)) for name, condition in _papers(service).items()],
        kinds=[(code, t.pick(kind.title)) for code, kind in office.kinds.entries.items()],
        channels=[(code, t.pick(channel.title)) for code, channel in office.channels.entries.items()],
        document_types=[(code, t.pick(title)) for code, title in types.items()],
        sexes=[choose, ("M", t("sex.M")), ("F", t("sex.F"))],
        relations=[choose, *((code, t(f"desk.relation.{code}")) for code in ("father", "mother", "guardian"))],
        humanitarian=[
            ("", t("desk.humanitarian_none")),
            *((one.code, t.pick(one)) for one in service.spec.passport.afis.degraded_mode.humanitarian),
        ],
        fingers=passport_fingers.shown(service, held.view.id, held.view.office, t) if held is not None else None,
        deliveries=[(code, t(f"desk.delivery.{code}")) for code in ("office", "proxy", "post")],
        checks=_checks(service, picture, t) if picture else None,
        switch_to=f"{action}?lang={t.other}",
    )
    made.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; connect-src 'self'"
    return made


def _edition(service: Service) -> Any:
    return rules.edition_for(service.spec.passport, None, civil_day(clock.now()))


def _checks(service: Service, picture: bytes, t: Language) -> list[dict[str, Any]]:
    """Every limit with what was measured."""
    return [
        {
            "result": {"ok": "pass"}.get(check.result, check.result),
            "words": t.pick(check),
            "measured": _number(check.measured),
            "limit": _limit(check.minimum, check.maximum),
            "unit": check.unit,
        }
        for check in assess(picture, _edition(service).portrait).checks
    ]


def _limit(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f"{_number(minimum)} – {_number(maximum)}"
    return f"≥ {_number(minimum)}" if minimum is not None else f"≤ {_number(maximum)}" if maximum is not None else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
