"""The page `/border` of a border post: an inspection by what a reader types, by pictures and by files of a chip.

With script the page asks `/v1/border/inspections`, and works from the offline bundle when the line is down; without
script the form is judged here. Nothing of a traveller is kept, here or in the browser.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.api.problem import status_of
from issuance.api.published import record_signers
from issuance.api.shield import CONTENT_SECURITY_POLICY
from issuance.border.api_inspections import TheDesk
from issuance.border.numbers import ours
from issuance.border.sent import of_form
from issuance.core import clock, policy
from issuance.core.civil import TRIPOLI, civil_day
from issuance.mrtd.mrz import rules_of
from issuance.web.border_rules import mrz_rules
from issuance.web.border_shown import FIELDS, Shown, ready, refused, shown
from issuance.web.forms import Form
from issuance.web.language import Code, Language, asked_for, language
from issuance.web.render import TEMPLATES, page
from issuance.web.visitor import Posted, Staff, posted
from specs.errors import IssuanceError, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter(include_in_schema=False)
PAGE: Final = "/border"
CHECK: Final = "border.check"
LANGUAGES: Final[tuple[Code, ...]] = ("ar", "en")
STATIC: Final = (
    *("site.css", "mark.svg", "border.js", "border_view.js", "border_bundle.js", "border_offline.js"),
    *("mrz.js", "status_set.js", "status_worker.js"),
)
"""What the page needs of `/static`, kept with it."""
POLICY: Final = f"{CONTENT_SECURITY_POLICY}; connect-src 'self'; worker-src 'self'"
"""That of every page, and that its script may ask this service and keep a worker for when the line is down."""


INPUTS: Final = ("mrz", "page", "chip", "seal")


@router.get(PAGE)
def border(request: Request, service: TheService, visitor: Staff) -> Response:
    """The empty page: a field that waits for the reader."""
    policy.require(visitor.actor, CHECK)
    return _page(request, service, asked_for(request), Form(), None)


@router.post(PAGE)
def judge(
    request: Request, service: TheService, desk: TheDesk, visitor: Staff, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """The same inspection, for a browser that runs no scripts: the answer stands on the page that is sent back."""
    t, now = asked_for(request), clock.now()
    texts = {name: body.fields.get(name, "").strip() for name in ("mrz", "seal")}
    parts = tuple((name, file.name, file.content) for name, file in body.parts if file.content)
    form = Form(texts)
    try:
        told = desk.inspect_sent(visitor.actor, of_form(texts, parts, service.spec), now)
    except Unavailable:
        raise
    except IssuanceError as error:
        return _page(request, service, t, form.refused(error, INPUTS), refused(t, "faults"), status=status_of(error))
    return _page(request, service, t, form, shown(told.as_json(), t, civil_day(now)))


def _page(
    request: Request, service: Service, t: Language, form: Form, answer: Shown | None, *, status: int = 200
) -> Response:
    made = page(
        request,
        "border.html",
        status=status,
        form=form,
        shown=answer or ready(t),
        at=PAGE,
        data=page_data(service, t),
    )
    made.headers["Content-Security-Policy"] = POLICY
    return made


def page_data(service: Service, t: Language) -> dict[str, Any]:
    """All the page's script needs: rules of the zone, limits, words in this language."""
    spec = service.spec
    chip = spec.border_inspection.chip_files
    names = [name for name in t.words if name.startswith(("border.", "result."))]
    return {
        "language": t.code,
        "words": {name.removeprefix("border."): t(name) for name in names},
        "fields": FIELDS,
        "mrz": mrz_rules(rules_of(spec), t.code),
        "time_zone": TRIPOLI.key,
        "sign_in": f"/sign-in?next={PAGE}",
        "limits": {
            "page_bytes": spec.border_reading.intake.maximum_bytes,
            "chip_file_bytes": chip.file_maximum_bytes,
            "chip_bytes": chip.all_maximum_bytes,
            "chip_files": chip.maximum_files,
        },
        "bundle": _bundle(service, t),
        "offline": False,
    }


def _bundle(service: Service, t: Language) -> dict[str, Any]:
    """What the script needs to judge without a line: whom to believe, how long, and what the states mean."""
    spec = service.spec
    rules = spec.border_bundle.freshness
    return {
        "signers": record_signers(service.trust, clock.now(), spec.pki_profiles),
        "good_hours": rules.good_hours,
        "tolerance_minutes": rules.clock_tolerance_minutes,
        "issuers": sorted(ours(spec).issuers),
        "series": ours(spec).series.pattern.removesuffix("\\Z"),
        "states": {
            state: {"travel": rule.travel, "title": t.pick(rule.title)}
            for state, rule in spec.passport.office.documents.entries.items()
        },
        "advice": {name: t.pick(told) for name, told in spec.border_inspections.advice.sentences.items()},
    }


@router.get(PAGE + "/shell/{code}")
def shell(request: Request, service: TheService, visitor: Staff, code: Code) -> Response:
    """The empty page for when the line is down: of no visitor, without a form token. The worker keeps it."""
    policy.require(visitor.actor, CHECK)
    return _shell(request, service, code)


@router.get(PAGE + "/sw.js")
def worker(request: Request, service: TheService, visitor: Staff) -> Response:
    """The worker that keeps the page. Its name for what it keeps holds a digest of all of that: it renews itself."""
    policy.require(visitor.actor, CHECK)
    held = hashlib.sha256()
    for code in LANGUAGES:
        held.update(bytes(_shell(request, service, code).body))
    files = [f"/static/{name}" for name in STATIC]
    for name in STATIC:
        held.update((TEMPLATES / "static" / name).read_bytes())
    told = {
        "SHELL": f"border-shell-{held.hexdigest()[:16]}",
        "FILES": files,
        "PAGES": {code: f"{PAGE}/shell/{code}" for code in LANGUAGES},
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    text = head + (TEMPLATES / "static" / "border_worker.js").read_text("utf-8")
    headers = {"Service-Worker-Allowed": PAGE, "Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(text, media_type="text/javascript", headers=headers)


def _shell(request: Request, service: Service, code: Code) -> Response:
    t = language(code)
    answer = page(
        request,
        "border.html",
        t=t,
        account=None,
        paths=(),
        csrf_field="",
        hide_sign_in=True,
        switch_to=f"{PAGE}?lang={t.other}",
        form=Form(),
        shown=ready(t),
        at=PAGE,
        data=page_data(service, t) | {"offline": True},
    )
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
