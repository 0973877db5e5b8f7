"""Routes of the feed of events, and the published form of each. `core.outbox` holds every rule."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from issuance.api.answers import PROBLEMS
from issuance.api.guard import SignedIn, TheService
from issuance.core import outbox
from issuance.core.uow import unit_of_work
from specs.errors import Fault, NotFound
from specs.events import TOPICS, Event, event_schema

router = APIRouter(tags=["events"])


class Page(BaseModel):
    """after: ask next for what comes after this; the same number that was sent when there is nothing new."""

    events: list[Event]
    after: int


@router.get("/events", summary="What happened / ما حدث", responses={s: PROBLEMS[s] for s in (401, 403, 422, 503)})
def events(
    service: TheService,
    actor: SignedIn,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int | None, Query(ge=1)] = None,
) -> Page:
    """In the order of commits, without gaps, at least once: keep `after` when its events are dealt with."""
    rules = service.spec.events.reading
    with service.db.reading() as read:
        found = list(outbox.events_after(read, actor, after, min(limit or rules.default_rows, rules.maximum_rows)))
    if found:
        with unit_of_work(service.db, actor, "follow the feed of events") as tx:
            tx.audit("events.read", "events", {"after": after, "count": len(found), "last": found[-1].seq})
    return Page(events=found, after=found[-1].seq if found else after)


@router.get("/schemas/events", summary="The kinds of event / أنواع الأحداث")
def topics(service: TheService) -> list[dict[str, Any]]:
    """Every topic, its wording, and where the form of each version stands."""
    base, names = service.settings.base_url, service.spec.events.topics.names
    return [
        {
            "topic": topic,
            "title": {"ar": names[topic].ar, "en": names[topic].en},
            "schemas": [f"{base}/v1/schemas/events/{topic}/{number + 1}" for number in range(len(forms))],
        }
        for topic, forms in TOPICS.items()
    ]


@router.get(
    "/schemas/events/{topic}/{version}", summary="The form of an event / شكل الحدث", responses={404: PROBLEMS[404]}
)
def schema(service: TheService, topic: str, version: int) -> dict[str, Any]:
    """JSON Schema, 2020-12. A published version never changes."""
    try:
        return event_schema(topic, version, service.settings.base_url)
    except KeyError:
        words = "لا يوجد حدث بهذا النوع أو الإصدار", "there is no event of this topic or version"
        raise NotFound(Fault("api.events.unknown", *words, field="topic", clause="specs/events.yaml")) from None
