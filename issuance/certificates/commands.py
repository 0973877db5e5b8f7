"""Issue at an office in one call: the request, the record, the paper, when nothing asks for an officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from issuance.certificates import paying, requests
from issuance.certificates.facts import CertificateView
from issuance.certificates.life import CLAUSE, RequestView
from issuance.certificates.request import read_request
from issuance.certificates.review import certificate_of
from issuance.core.actor import Actor
from issuance.service import Service
from specs.errors import Fault, Refused


def issued_or_waiting(
    service: Service, actor: Actor, request: dict[str, Any], now: datetime, request_id: str | None = None
) -> dict[str, Any]:
    """The certificate as JSON (it has a `number`), or the request (its `number` is None) that waits for an officer or
    for its fee, with the `payment` it waits for.

    request: as `CertificateRequest`, and how the fee is settled (`paying.AtDesk`). Raises as `requests.open_at_office`
    and `paying.settle`; a second call with one `request_id` goes on with the first.
    """
    view = opened(service, actor, request, now, request_id)
    if view.state == "issued":
        return certificate_of(service, view).as_json()
    told = view.as_json(service.spec.certificate_requests)
    payment = paying.of_request(service, view.id)
    return told | {"payment": payment.as_json(service.spec.fees)} if payment is not None else told


def opened(
    service: Service, actor: Actor, request: dict[str, Any], now: datetime, request_id: str | None = None
) -> RequestView:
    """The request as it stands once what was said of its fee is done. Raises as `issued_or_waiting`."""
    if not isinstance(request, dict):
        read_request(request)  # raises `Invalid`
    asked = dict(request)
    desk = paying.settlement(service, actor, asked, "clerk", now)
    view = requests.open_at_office(service, actor, asked, now, request_id)
    return paying.settle(service, actor, view, desk, now)


def issue(
    service: Service, actor: Actor, request: dict[str, Any], now: datetime, request_id: str | None = None
) -> CertificateView:
    """The certificate, or `Refused` (`certificates.request.waits`) naming the request that an officer reviews first.

    A second call with one `request_id` answers the certificate of the first. Raises as `issued_or_waiting`.
    """
    view = opened(service, actor, request, now, request_id)
    if view.state == "issued":
        return certificate_of(service, view)
    title = service.spec.certificate_requests.states.entries[view.state].title
    raise Refused(
        Fault(
            "certificates.request.waits",
            f"{title.ar}: الطلب {view.id}",
            f"{title.en}: request {view.id}",
            field="request",
            clause=CLAUSE,
        )
    )
