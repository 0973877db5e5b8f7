"""Issue at an office in one call: the request, the record, the paper, when nothing asks for an officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from issuance.certificates import requests
from issuance.certificates.facts import CertificateView
from issuance.certificates.life import CLAUSE
from issuance.certificates.review import certificate_of
from issuance.core.actor import Actor
from issuance.service import Service
from specs.errors import Fault, Refused


def issued_or_waiting(
    service: Service, actor: Actor, request: dict[str, Any], now: datetime, request_id: str | None = None
) -> dict[str, Any]:
    """The certificate as JSON (it has a `number`), or the request (its `number` is None) that waits for an officer.

    Raises as `requests.open_at_office`; a second call with one `request_id` goes on with the first.
    """
    view = requests.open_at_office(service, actor, request, now, request_id)
    if view.state == "issued":
        return certificate_of(service, view).as_json()
    return view.as_json(service.spec.certificate_requests)


def issue(
    service: Service, actor: Actor, request: dict[str, Any], now: datetime, request_id: str | None = None
) -> CertificateView:
    """The certificate, or `Refused` (`certificates.request.waits`) naming the request that an officer reviews first.

    A second call with one `request_id` answers the certificate of the first. Raises as `requests.open_at_office`.
    """
    view = requests.open_at_office(service, actor, request, now, request_id)
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
