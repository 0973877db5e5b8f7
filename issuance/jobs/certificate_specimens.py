"""A specimen certificate by the way every one takes: asked for, reviewed, approved where it shows an entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from issuance.certificates import requests, review
from issuance.core.actor import Actor
from issuance.service import Service


def specimen_certificate(service: Service, actor: Actor, asked: dict[str, Any], now: datetime) -> None:
    """Issue it, with two invented officers where the law wants them."""
    view = requests.open_at_office(service, actor, asked, now)
    first, second = (
        Actor(f"seed:{name}", "staff", frozenset({"certificate_officer"}), view.office) for name in ("first", "second")
    )
    if view.state == "review":
        view = review.decide_issue(service, first, view.id, "نموذج / specimen", now)
    if view.state == "approval" and (asked_for := review.docket(service, second, view.id, now).approval) is not None:
        review.approve(service, second, asked_for.id, "نموذج / specimen", now)
