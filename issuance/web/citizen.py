"""A citizen asks for a certificate in three steps: what for, who, the code. No sign-in, no script, nothing kept.

What was typed travels in the form from step to step; the private code never stands in an address.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.body import FormBody, read_form
from issuance.api.guard import TheService, require_same_origin
from issuance.certificates import requests, tracking
from issuance.certificates.api_citizen import CHANNELS, MOST_CHARACTERS, even, paced
from issuance.core import clock
from issuance.core.ids import new_id
from issuance.web.citizen_track import ask_code
from issuance.web.forms import Form, nested
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Here
from specs.errors import IssuanceError, Unavailable
from specs.schema.certificate_requests import Channel

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()

WHAT = (
    "channel", "passport_number", "purpose", "purpose_text.ar", "purpose_text.en", "addressee.ar", "addressee.en",
    "office",
)  # fmt: skip
WHO = ("national_number", "day", "month", "year")
ALIASES = {"purpose_text": "purpose_text.ar", "addressee": "addressee.ar", "birth_date": "day"}
_IN_DAY = (("day", 2), ("month", 2), ("year", 4))


@router.get("/request")
def begin(request: Request, service: TheService, _visitor: Here) -> Response:
    """The first step."""
    return _step(request, service, 1, Form({"channel": "citizen"}))


@router.post("/request")
def go_on(
    request: Request, service: TheService, _visitor: Here, body: Annotated[FormBody, Depends(read_form)]
) -> Response:
    """The second step, or the code is sent; with a fault the same step again, everything still there."""
    started = time.monotonic()
    require_same_origin(request, service)
    traffic = paced(request, service, "begin")
    fields = {name: body.fields.get(name, "")[:MOST_CHARACTERS] for name in (*WHAT, *WHO, "key")}
    form, step = Form(fields), body.fields.get("step", "")
    channel, asked = _asked(service, fields)
    if step == "back":
        return _step(request, service, 1, form)
    try:
        requests.check_asked(service, channel, asked)
    except IssuanceError as error:
        return _step(request, service, 1, form.refused(error, WHAT, ALIASES), status=422)
    if step != "code":
        return _step(request, service, 2, form)
    asked["national_number"] = fields["national_number"].strip() or "-"
    now, language = clock.now(), asked_for(request).code
    try:
        begun = requests.begin(service, channel, asked, _birth_date(fields), now, language, fields["key"] or None)
    except Unavailable:
        raise
    except IssuanceError as error:
        even(started, traffic)
        wrong_person = {fault.field for fault in error.faults} <= {"national_number", "birth_date"}
        shown = form.refused(error, WHO if wrong_person else WHAT, ALIASES)
        return _step(request, service, 2 if wrong_person else 1, shown, status=422)
    even(started, traffic)
    return ask_code(request, service, begun.tracking, Form(), fresh=True)


def _asked(service: Service, fields: Mapping[str, str]) -> tuple[Channel, dict[str, Any]]:
    """Channel and request; what belongs to another choice than the one made is left out."""
    channel = next((one for one in CHANNELS if one == fields["channel"]), CHANNELS[0])
    asked = nested({name: fields[name] for name in WHAT if name != "channel"})
    asked.setdefault("addressee", {})
    if not service.spec.certificate_requests.channels.entries[channel].with_passport:
        asked.pop("passport_number", None)
    purpose = service.spec.certificate_certificate.purpose(fields["purpose"])
    if purpose is not None and not purpose.free_text:
        asked.pop("purpose_text", None)
    return channel, asked


def _birth_date(fields: Mapping[str, str]) -> str:
    """`1990-05-17` of three fields in digits of any script; whatever is none goes on as it is and is refused."""
    parts = {}
    for name, width in _IN_DAY:
        text = fields[name].strip()
        parts[name] = str(int(text)).zfill(width) if text.isdecimal() else text
    return f"{parts['year']}-{parts['month']}-{parts['day']}"


def _step(request: Request, service: Service, step: int, form: Form, *, status: int = 200) -> Response:
    t, now = asked_for(request), clock.now()
    if step == 2 and not form.values.get("key"):
        form = Form(dict(form.values) | {"key": new_id()}, form.faults, form.loose)
    items = service.spec.certificate_certificate.purposes.items
    offices = [(o.code, t.pick(o, "arabic", "english")) for o in tracking.issuing_offices(service, now)]
    return page(
        request,
        "citizen_request.html",
        status=status,
        step=step,
        form=form,
        kept=WHAT,
        purposes=[("", t("form.choose")), *((item.id, t.pick(item.name)) for item in items)],
        offices=offices if len(offices) == 1 else [("", t("form.choose")), *offices],
    )
