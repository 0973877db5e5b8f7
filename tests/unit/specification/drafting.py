"""People who draft and approve editions, and a draft that is ready."""

from __future__ import annotations

from datetime import date

from issuance.core.actor import Actor
from issuance.service import Service
from issuance.specification import drafts
from issuance.specification.views import DraftView
from tests.service import NOW

STARTS = date(2026, 12, 15)


def author(name: str = "author") -> Actor:
    return Actor(name, "staff", frozenset({"specification_author"}))


def approver(name: str) -> Actor:
    return Actor(name, "staff", frozenset({"specification_approver"}))


def proposed(service: Service, edition: str = "2027") -> DraftView:
    return drafts.propose(service, author(), edition, "2026", STARTS, "مدة أطول", NOW)


def edited(service: Service, view: DraftView, file: str, old: str, new: str, by: str = "author") -> DraftView:
    """The draft with every `old` in a file become `new`."""
    text = view.files[file]
    assert old in text
    return drafts.put(service, author(by), view.id, file, text.replace(old, new), view.version, NOW)


def ready(service: Service) -> DraftView:
    """Passports of ten years instead of eight, submitted."""
    view = edited(service, proposed(service), "validity.yaml", "validity_years: 8", "validity_years: 10")
    return drafts.submit(service, author(), view.id, "جاهزة", NOW)


def approved_once(service: Service) -> DraftView:
    view = ready(service)
    return drafts.approve(service, approver("first"), view.id, view.digest, "صحيح", NOW)


def published(service: Service) -> DraftView:
    view = approved_once(service)
    return drafts.approve(service, approver("second"), view.id, view.digest, "صحيح", NOW)
