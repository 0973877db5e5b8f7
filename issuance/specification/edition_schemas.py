"""Published shapes of drafted and signed editions: a draft, its judgement, decisions, the manifest of a signed one."""

from __future__ import annotations

from typing import get_args

from issuance.core.schema import (
    BASE64,
    DAY,
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
    joined,
    keyed,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)
from issuance.specification.clause_schemas import difference
from issuance.specification.rules import FILE_MAXIMUM, WORDS_MAXIMUM, State, StepKind
from specs.signed_editions import FORM

_EDITION = text(pattern="^[0-9]{4}$")
_WORDS = text(WORDS_MAXIMUM)


def _told(source: Source) -> Schema:
    del source
    return members(
        {
            "id": ID,
            "edition": _EDITION,
            "based_on": _EDITION,
            "state": one_of(get_args(State)),
            "version": number(1),
            "words": TEXT,
            "proposed_by": ID,
            "proposed_at": MOMENT,
            "digest": SHA256,
            "approved_by": listed(ID),
            "expires_at": maybe(MOMENT),
        }
    )


def _draft(source: Source) -> Schema:
    step = {
        "kind": one_of(get_args(StepKind)),
        "account": ID,
        "words": maybe(TEXT),
        "file": maybe(TEXT),
        "digest": maybe(SHA256),
        "at": MOMENT,
    }
    own = {"files": keyed(TEXT), "steps": listed(members(step))}
    return joined(_told(source), members(own), members({}, {"judgement": judgement(source)}))


def judgement(source: Source) -> Schema:
    """Every fault with file, line and remedy, and what the draft changes; null while that cannot be told."""
    fault = members({"file": TEXT, "line": number(1), "path": TEXT, "wrong": TEXT, "right": TEXT})
    return members(
        {"valid": FLAG, "faults": listed(fault), "difference": maybe(difference(source))}, {"digest": SHA256}
    )


def _drafts(source: Source) -> Schema:
    return members({"drafts": listed(_told(source))})


def _proposed(source: Source) -> Schema:
    editions = one_of(source.spec.passport.editions)
    return members({"edition": _EDITION, "based_on": editions, "from_date": DAY, "words": _WORDS})


def _put(source: Source) -> Schema:
    del source
    return members({"text": text(FILE_MAXIMUM)}, {"version": maybe(number(1))})


def _said(source: Source) -> Schema:
    del source
    return members({"words": _WORDS})


def _decided(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "returned", "rejected")), "words": _WORDS}, {"digest": TEXT})


def _signed(source: Source) -> Schema:
    del source
    return members({"editions": listed(members({"edition": _EDITION, "from_date": DAY, "digest": SHA256}))})


def _manifest(source: Source) -> Schema:
    del source
    manifest = {
        "form": {"const": FORM},
        "edition": _EDITION,
        "from_date": DAY,
        "until_date": maybe(DAY),
        "files": keyed(SHA256),
        "digest": SHA256,
        "shared": keyed(SHA256),
        "based_on": maybe(_EDITION),
        "draft": maybe(ID),
        "approved_by": listed(ID),
        "signed_at": MOMENT,
    }
    return members({"manifest": members(manifest), "signature": BASE64})


DOCUMENTS = (
    Document("edition-draft", 1, words("مسودة إصدارة", "A drafted edition"), _draft),
    Document("edition-drafts", 1, words("مسودات الإصدارات", "Drafted editions"), _drafts),
    Document("edition-judgement", 1, words("أخطاء مسودة وفروقها", "Faults and difference of a draft"), judgement),
    Document(
        "edition-proposal",
        1,
        words("صياغة إصدارة", "An edition to be drafted"),
        _proposed,
        wrong=(Wrong(("based_on",), "1999", words("لا إصدارة بهذه السنة", "there is no such edition")),),
    ),
    Document("edition-file", 1, words("ملف في مسودة", "A file of a draft"), _put),
    Document("edition-words", 1, words("عبارة مع إجراء", "What is said with a step"), _said),
    Document(
        "edition-decision",
        1,
        words("البت في مسودة", "A draft approved, sent back or rejected"),
        _decided,
        beyond=words("الاعتماد يذكر بصمة ما عُرض", "An approval names the digest that was shown"),
        wrong=(Wrong(("decision",), "perhaps", words("قرار غير معروف", "no such decision")),),
    ),
    Document("signed-editions", 1, words("الإصدارات الموقعة", "Signed editions"), _signed),
    Document(
        "edition-manifest",
        1,
        words("بيان إصدارة موقعة (edition.json)", "The manifest of a signed edition (edition.json)"),
        _manifest,
    ),
)
_DRAFT = "/v1/specification/drafts/{draft}"
ROUTES = {
    "GET /v1/specification/signed": Exchange(gives="signed-editions"),
    "GET /v1/specification/signed/{edition}": Exchange(gives="edition-manifest"),
    "GET /v1/specification/drafts": Exchange(gives="edition-drafts"),
    "POST /v1/specification/drafts": Exchange("edition-proposal", "edition-draft"),
    f"GET {_DRAFT}": Exchange(gives="edition-draft"),
    f"GET {_DRAFT}/judgement": Exchange(gives="edition-judgement"),
    f"PUT {_DRAFT}/files/{{name}}": Exchange("edition-file", "edition-draft"),
    f"POST {_DRAFT}/submit": Exchange("edition-words", "edition-draft"),
    f"POST {_DRAFT}/decision": Exchange("edition-decision", "edition-draft"),
    f"POST {_DRAFT}/withdraw": Exchange("edition-words", "edition-draft"),
}
COMMANDS = {
    "spec draft new": Exchange(gives="edition-draft"),
    "spec draft list": Exchange(gives="edition-drafts"),
    "spec draft check": Exchange(gives="edition-judgement"),
    "spec draft put": Exchange(gives="edition-judgement"),
}
