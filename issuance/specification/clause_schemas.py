"""Published shapes of the specification itself: editions, clauses, search, differences, verdicts of conformance."""

from __future__ import annotations

from typing import get_args

from issuance.border.schemas import CHECK
from issuance.core.schema import (
    BILINGUAL,
    DAY,
    FLAG,
    MOMENT,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
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
from issuance.specification.conform.report import REASONS, Result
from specs.difference import FORM, KINDS
from specs.schema.base import Proof

_EDITION = text(pattern="^[0-9]{4}$")
_ID = text(least=1)
_NUMBER = text(pattern="^[0-9]+([.][0-9]+)*$")
_BOTH = members({"ar": TEXT, "en": TEXT})
_STATUS = one_of(("law", "standard", "default"))
_PROOF = one_of(get_args(Proof))
_PATH = listed({"type": ["string", "integer"]})


def clause(source: Source) -> Schema:
    """A clause, or a heading, whose `clause` is null. tolerance: plus or minus, in `unit`."""
    del source
    value = {
        "path": _PATH,
        "label": _BOTH,
        "value": {},
        "text": _BOTH,
        "unit": _BOTH,
        "tolerance": maybe({"type": "number"}),
    }
    return members(
        {
            "id": _ID,
            "number": _NUMBER,
            "title": BILINGUAL,
            "file": TEXT,
            "path": _PATH,
            "effective_from": DAY,
            "clause": maybe(members({"source": text(least=1), "status": _STATUS, "why": maybe(TEXT), "proof": _PROOF})),
            "values": listed(members(value)),
        }
    )


def _editions(source: Source) -> Schema:
    del source
    one = {
        "edition": _EDITION,
        "name": BILINGUAL,
        "from_date": DAY,
        "until_date": maybe(DAY),
        "signature": maybe(members({"signed_at": MOMENT, "digest": SHA256})),
        "clauses": number(),
    }
    return members({"current": maybe(_EDITION), "editions": listed(members(one))})


def _clauses(source: Source) -> Schema:
    return members({"edition": _EDITION, "clauses": listed(clause(source))})


def _clause(source: Source) -> Schema:
    own = {"edition": _EDITION, "code": keyed(listed(TEXT)), "tests": listed(TEXT)}
    return joined(clause(source), members(own, {"link": text(pattern="^https?://")}))


def _search(source: Source) -> Schema:
    del source
    line = members({"where": TEXT, "text": TEXT})
    found = members({"id": _ID, "number": _NUMBER, "title": BILINGUAL}, {"lines": listed(line)})
    return members({"edition": _EDITION, "count": number(), "found": listed(found)})


def _conformance(source: Source) -> Schema:
    """One entry a clause, in the order of the book; checks: what belongs to no clause."""
    del source
    value = {
        "what": BILINGUAL,
        "kept": maybe(FLAG),
        "measured": TEXT,
        "wanted": TEXT,
        "tolerance": TEXT,
        "unit": maybe(BILINGUAL),
        "where": TEXT,
    }
    result = one_of(get_args(Result))
    one = {
        "id": _ID,
        "number": _NUMBER,
        "title": BILINGUAL,
        "result": result,
        "reason": one_of(REASONS),
        "says": BILINGUAL,
        "source": TEXT,
        "status": one_of(("", "law", "standard", "default")),
        "proof": maybe(_PROOF),
        "values": listed(members(value)),
    }
    counts = members(dict.fromkeys(get_args(Result), number()))
    return members(
        {
            "result": result,
            "kind": text(least=1),
            "edition": _EDITION,
            "counts": counts,
            "checks": listed(CHECK),
            "clauses": listed(members(one)),
        }
    )


def difference(source: Source) -> Schema:
    """Clauses that differ, in the order of the newer edition; before, after: null where there is none."""
    del source
    side = members({"edition": _EDITION, "from_date": DAY})
    held = maybe(members({"value": {}, "ar": TEXT, "en": TEXT}))
    value = {"path": TEXT, "label": BILINGUAL, "before": held, "after": held, "unit": maybe(_BOTH)}
    change = {
        "kind": one_of(KINDS),
        "id": _ID,
        "number": members({"before": maybe(_NUMBER), "after": maybe(_NUMBER)}),
        "title": BILINGUAL,
        "file": TEXT,
        "values": listed(members(value)),
    }
    counts = members(dict.fromkeys(KINDS, number()))
    changes = listed(members(change))
    return members({"form": {"const": FORM}, "before": side, "after": side, "counts": counts, "changes": changes})


def _batch(source: Source) -> Schema:
    """Many documents at once; `package` counts what belongs to no clause."""
    del source
    clause_ = {"id": _ID, "kept": number(), "broken": number(), "examples": listed(TEXT)}
    results = get_args(Result)
    documents = {"type": "object", "properties": dict.fromkeys(results, number()), "additionalProperties": False}
    return members(
        {
            "result": one_of(results),
            "kind": {"const": "batch"},
            "documents": documents,
            "clauses": listed(members(clause_)),
        }
    )


def _kit(source: Source) -> Schema:
    """`index.json` of the kit; the console says the folder in place of its head."""
    entry = {
        "path": text(least=1),
        "kind": text(least=1),
        "edition": one_of(source.spec.passport.editions),
        "clause": TEXT,
        "result": one_of(("kept", "broken")),
        "broken": listed(TEXT),
    }
    documents = {"documents": listed(members(entry), least=1)}
    return members(documents, {"path": TEXT, "format": TEXT, "edition": _EDITION, "made_on": DAY})


DOCUMENTS = (
    Document("editions", 1, words("إصدارات المواصفة", "Editions of the specification"), _editions),
    Document("clauses", 1, words("بنود إصدارة", "Clauses of an edition"), _clauses),
    Document("clause", 1, words("بند", "A clause, and what stands on it"), _clause),
    Document("clauses-found", 1, words("ما وجده البحث في البنود", "Clauses that were found"), _search),
    Document("edition-difference", 1, words("ما تغير بين إصدارتين", "What changed between editions"), difference),
    Document("conformance-report", 1, words("تقرير المطابقة", "What was judged against an edition"), _conformance),
    Document("conformance-batch", 1, words("مطابقة دفعة وثائق", "Many documents against an edition"), _batch),
    Document("kit-index", 1, words("فهرس حقيبة الاختبار", "The index of the test kit"), _kit),
)
ROUTES = {
    "GET /v1/specification/editions": Exchange(gives="editions"),
    "GET /v1/specification/{edition}/clauses": Exchange(gives="clauses"),
    "GET /v1/specification/{edition}/clauses/{clause_id}": Exchange(gives="clause"),
    "GET /v1/specification/{edition}/search": Exchange(gives="clauses-found"),
}
COMMANDS = {
    "spec search": Exchange(gives="clauses-found"),
    "spec clause": Exchange(gives="clause"),
    "spec diff": Exchange(gives="edition-difference"),
    "spec conform": Exchange(gives=("conformance-report", "conformance-batch")),
    "spec kit": Exchange(gives="kit-index"),
}
