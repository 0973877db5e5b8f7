"""Published shapes that belong to no room: problems, the feed of events, the schemas themselves."""

from __future__ import annotations

from issuance.core.schema import (
    FAULT,
    FLAG,
    ID,
    MOMENT,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    keyed,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)
from issuance.core.terms import office
from specs.errors import IssuanceError
from specs.events import TOPICS

_TITLE = members({"ar": TEXT, "en": TEXT})
_URL = text(pattern="^https?://")


def _problem(source: Source) -> Schema:
    """RFC 9457; `faults` names every field that is wrong. A stale change of a case tells what happened since."""
    del source
    required = {
        "type": text(pattern="^urn:issuance:problem:[a-z_]+$"),
        "title": text(least=1),
        "status": number(400, 599),
        "code": text(least=1),
        "faults": listed(FAULT),
    }
    return members(required, {"detail": text(least=1), "version": number(1), "changes": listed(keyed({}))})


def _console_problem(source: Source) -> Schema:
    del source
    families = sorted({kind.family for kind in IssuanceError.__subclasses__()})
    return members({"error": one_of(families), "faults": listed(FAULT, least=1)})


def _event_page(source: Source) -> Schema:
    event = {
        "seq": number(1),
        "id": ID,
        "topic": one_of(TOPICS),
        "schema_version": number(1),
        "subject": ID,
        "office": maybe(office(source)),
        "happened_at": MOMENT,
        "body": keyed({}),
    }
    return members({"events": listed(members(event)), "after": number()})


def _topics(source: Source) -> Schema:
    del source
    topic = {"topic": one_of(TOPICS), "title": _TITLE, "schemas": listed(_URL, least=1)}
    return listed(members(topic), len(TOPICS), len(TOPICS))


def _index(source: Source) -> Schema:
    del source
    entry = {
        "name": text(least=1),
        "version": text(least=1),
        "title": _TITLE,
        "schema": _URL,
        "examples": maybe(_URL),
        "sha256": maybe(SHA256),
        "taken_by": listed(TEXT),
        "given_by": listed(TEXT),
    }
    return members({"schemas": listed(members(entry), least=1)}, {"files": listed(TEXT)})


def _samples(source: Source) -> Schema:
    del source
    refused = listed(members({"why": _TITLE, "document": {}}))
    return members({"name": TEXT, "version": TEXT, "valid": listed({}), "invalid": refused})


def _check(source: Source) -> Schema:
    del source
    fault = members({"file": TEXT, "line": number(1), "path": TEXT, "wrong": TEXT, "right": TEXT})
    return members({"valid": FLAG, "faults": listed(fault)})


DOCUMENTS = (
    Document(
        "problem",
        1,
        words("رفض طلب (RFC 9457)", "A refused call (RFC 9457)"),
        _problem,
        wrong=(Wrong(("status",), 200, words("ليس رفضاً", "this is no refusal")),),
    ),
    Document("console-problem", 1, words("رفض أمر على وحدة التحكم", "A refused command"), _console_problem),
    Document("event-page", 1, words("صفحة من الأحداث", "A page of the feed of events"), _event_page),
    Document("event-topics", 1, words("أنواع الأحداث", "The kinds of event"), _topics),
    Document("schema-index", 1, words("فهرس المخططات", "The index of schemas"), _index),
    Document("schema-examples", 1, words("أمثلة مخطط", "Examples of a schema"), _samples),
    Document("specification-check", 1, words("أخطاء ملفات المواصفة", "Faults of a specification"), _check),
)
ROUTES = {
    "GET /v1/events": Exchange(gives="event-page"),
    "GET /v1/schemas": Exchange(gives="schema-index"),
    "GET /v1/schemas/events": Exchange(gives="event-topics"),
    "GET /v1/schemas/events/{topic}/{version}": Exchange(),
    "GET /v1/schemas/{name}/{version}": Exchange(),
    "GET /v1/schemas/{name}/{version}/examples": Exchange(gives="schema-examples"),
}
COMMANDS = {
    "spec check": Exchange(gives="specification-check"),
    "spec schemas": Exchange(gives="schema-index"),
}
