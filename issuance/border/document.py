"""One inspection of a document by all that was given of it: text, picture, chip, seal -> one reasoned answer.

Reads only; never raises for what a document holds. Any State's documents are judged alike, as far as trust reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from issuance.border.chip_files import Chip
from issuance.border.cross_check import ORDER, Difference, differences
from issuance.border.knowledge import Knowledge
from issuance.border.numbers import ours
from issuance.border.questions import EXPIRY, PROOF, Question, current, genuine, travel
from issuance.border.routes import Route, by_chip, by_page, by_register, by_seal, by_text, of_seal
from keys.verdict import Check, Status, Verdict
from specs.errors import IssuanceError
from specs.schema import Specification
from specs.schema.base import Bilingual
from specs.schema.border_inspections import Advice

_WORST: Final[tuple[Status, ...]] = ("invalid", "indeterminate", "valid")


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of one document. mrz: its lines; page: a reading of its picture, as JSON of `border.reading`;
    seal: text, address or bytes, or the verdict on one that was found on the page."""

    mrz: Sequence[str] | None = None
    page: Mapping[str, Any] | None = None
    chip: Chip | None = None
    seal: str | bytes | Verdict | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """document: fields of the most believed zone; routes: what was given, as each was judged by itself."""

    status: Status
    document: Mapping[str, str]
    questions: tuple[Question, Question, Question]
    routes: tuple[Route, ...]
    differences: tuple[Difference, ...]
    checks: tuple[Check, ...]
    advice: Bilingual
    advised: tuple[Advice, ...]
    knowledge: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """The wire form (`docs/border.md`)."""
        return {
            "status": self.status,
            "document": dict(self.document),
            "questions": {question.name: question.as_json() for question in self.questions},
            "routes": {route.name: route.as_json() for route in self.routes},
            "differences": [one.as_json() for one in self.differences],
            "checks": [check.as_json() for check in self.checks],
            "advice": {"text": self.advice.en, "text_ar": self.advice.ar},
            "knowledge": dict(self.knowledge),
        }


def inspect_document(given: Given, knowledge: Knowledge, at: datetime, spec: Specification) -> Inspected:
    """The answer at the moment `at` (aware).

    1. Each route by itself; 2. what was issued under the number, to compare; 3. the routes against one another;
    4. the three questions; 5. the worst of them; 6. what to do.
    """
    routes = tuple(_routes(given, knowledge, at, spec))
    compared = (*routes, *_issued(routes, knowledge, spec))
    found = differences(compared, spec)
    primary = next((r.fields for name in ORDER for r in routes if r.name == name and r.fields), {})
    questions = (
        genuine(compared, found),
        current(routes, primary, knowledge, at, spec),
        travel(routes, knowledge, at, spec),
    )
    statuses = {question.status for question in questions if question.applies}
    status = next(worst for worst in _WORST if worst in statuses)
    advised = tuple(_advised(questions, status))
    sentences = [spec.border_inspections.advice.sentences[one] for one in advised]
    advice = Bilingual(ar="؛ ".join(one.ar for one in sentences), en="; ".join(one.en for one in sentences))
    checks = tuple(dict.fromkeys(check for question in questions for check in question.verdict.checks))
    told = {"kind": knowledge.kind, "as_of": knowledge.as_of.isoformat()}
    return Inspected(status, primary, questions, routes, tuple(found), checks, advice, advised, told)


def _routes(given: Given, knowledge: Knowledge, at: datetime, spec: Specification) -> Iterator[Route]:
    if given.chip is not None:
        yield by_chip(given.chip, knowledge.trust, at, spec)
    if given.seal is not None:
        if isinstance(given.seal, Verdict):
            yield of_seal(given.seal, spec)
        else:
            yield by_seal(given.seal, knowledge.trust, at, spec)
    if given.mrz is not None:
        yield by_text(given.mrz, spec)
    if given.page is not None:
        yield by_page(given.page, spec)


def _issued(routes: Sequence[Route], knowledge: Knowledge, spec: Specification) -> Iterator[Route]:
    """The zone issued under the number that the most believed route read, where the source holds zones."""
    numbers = (ours(spec).number_of(r.fields) for name in ORDER for r in routes if r.name == name)
    number = next((one for one in numbers if one is not None), None)
    if number is None:
        return
    try:
        held = knowledge.standing(number)
    except IssuanceError:
        return  # the question of what is current says so
    if held is not None and held.zone is not None and (route := by_register(held.zone, spec)) is not None:
        yield route


def _advised(questions: Sequence[Question], status: Status) -> Iterator[Advice]:
    """The gravest thing about the document, and a ban beside it."""
    if status == "valid":
        yield "valid"
        return
    document, standing, journey = questions
    if status == "indeterminate":
        yield _unknown(
            [check for q in questions if q.applies for check in q.verdict.checks if check.result == "unknown"]
        )
        return
    if document.status == "invalid":
        yield _failed(document.verdict.failed())
    elif standing.status == "invalid":
        yield "expired" if all(check.id in EXPIRY for check in standing.verdict.failed()) else "not_current"
    if journey.applies and journey.status == "invalid":
        yield "banned"


def _failed(checks: Sequence[Check]) -> Advice:
    if any(check.level == "crypto" or check.id.startswith(_RIGHT_TO_SIGN) for check in checks):
        return "forged"
    return "differs" if any(check.id.startswith("document.differs") for check in checks) else "misformed"


_RIGHT_TO_SIGN: Final = ("chip.country", "chip.document_type", "chain")
_UNKNOWN: Final[tuple[tuple[Advice, tuple[str, ...]], ...]] = (
    ("unregistered", ("document.unregistered",)),
    ("stale", ("knowledge", "passport.status", "certificate.status")),
    ("issuer_unknown", ("chain.issuer", "seal.signer")),
    ("unread", ("page", "sod.data_group", "document.differs")),
    ("unproven", (PROOF,)),
)


def _unknown(checks: Sequence[Check]) -> Advice:
    named = (advice for advice, families in _UNKNOWN for check in checks if check.id.startswith(families))
    return next(named, "unknown")
