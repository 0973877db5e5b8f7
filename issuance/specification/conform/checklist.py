"""The bidder's conformance checklist, filled by what was judged: every clause of the edition, its answer or the proof
that is still to be handed in. As JSON and typeset; columns and answers are those of `bid.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from issuance.documents.typesetting import require_fonts, typeset
from issuance.specification.conform.batch import BatchReport, ClauseCount
from issuance.specification.conform.registry import judges_of
from issuance.specification.conform.report import REASONS, ClauseResult, Measured, Report, Result
from specs.clauses import NumberedClause, Value, numbered
from specs.errors import Fault, Invalid
from specs.schema import PassportEdition, Specification
from specs.schema.base import Bilingual
from specs.schema.bid import ChecklistForm

Lang = Literal["ar", "en"]
_TEMPLATE: Final = "checklist.typ"
_COMPLIES, _DEVIATES = "C", "D"  # of `bid.checklist.answers`
_ARABIC: Final = re.compile("[\u0620-\u064a]")
_VALUES_SHOWN: Final = 4
_LONGEST: Final = 160
_WORDS: Final[dict[str, dict[Lang, str]]] = {
    "title": {"ar": "قائمة المطابقة", "en": "Conformance checklist"},
    "page": {"ar": "صفحة", "en": "Page"},
    "judged": {"ar": "حُكم على:", "en": "Judged:"},
    "made": {"ar": "حُررت في", "en": "made on"},
    "signature": {"ar": "توقيع المفوض", "en": "Authorised signatory"},
    "kept": {"ar": "مستوفى", "en": "kept"},
    "broken": {"ar": "مخالف", "en": "broken"},
    "not_judged": {"ar": "يُستكمل من العارض", "en": "to be completed by the bidder"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One clause. answer: a code of the form, empty where the bidder is still to answer; proof: the paper that shows
    it, in Arabic and English; remark: why it is broken or not judged, empty for a kept one."""

    clause: NumberedClause
    result: Result
    answer: str
    measured: tuple[Bilingual, ...]
    proof: Bilingual
    remark: Bilingual | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.clause.id,
            "number": self.clause.number,
            "title": self.clause.title.model_dump(),
            "result": self.result,
            "answer": self.answer,
            "measured": [told.model_dump() for told in self.measured],
            "proved_by": self.clause.proof,
            "proof": self.proof.model_dump(),
            "remark": self.remark.model_dump() if self.remark is not None else None,
        }


def checklist_file(
    judged: Report | BatchReport, spec: Specification, edition: str, ending: str, lang: Lang, now: datetime
) -> bytes:
    """The checklist as `.json` or `.pdf`. now: the date it bears; of one moment and report, always the same bytes.

    Raises `Invalid` for another ending or a certificate, `Unavailable` when a font is missing.
    """
    held = spec.passport.editions[edition]
    rows = tuple(rows_of(judged, spec, held))
    if ending == ".json":
        return (json.dumps(_head(judged, edition, now) | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False,
                           indent=2) + "\n").encode()  # fmt: skip
    if ending != ".pdf":
        raise Invalid(_fault("ending", "النهاية .pdf أو .json", "the name must end in .pdf or .json"))
    return _typeset(judged, rows, spec, held, lang, now)


def rows_of(judged: Report | BatchReport, spec: Specification, edition: PassportEdition) -> Iterator[Row]:
    """A row for every clause of the edition, in book order. Raises `Invalid` for the report of a certificate."""
    if isinstance(judged, Report):
        if judged.kind == "certificate":
            raise Invalid(_fault("kind", "القائمة للجوازات لا للشهادات", "the checklist is of passports"))
        for result in judged.clauses:
            yield _row(result.clause, edition, result.result, _measured(result), _reason(result))
        return
    counts = {held.clause: held for held in judged.clauses}
    for clause in numbered(spec, edition.edition):
        if clause.clause is None:
            continue
        held = counts.get(clause.id)
        if held is None or not (held.kept or held.broken):
            judged_on_others = next(judges_of(clause.id), None) is not None
            unseen = ClauseResult.of(clause, ()) if judged_on_others else ClauseResult.unjudged(clause)
            yield _row(clause, edition, "not_judged", (), _reason(unseen))
        else:
            yield _row(clause, edition, "broken" if held.broken else "kept", (_share(held),), _examples(held))


def _row(
    clause: NumberedClause,
    edition: PassportEdition,
    result: Result,
    measured: tuple[Bilingual, ...],
    remark: Bilingual | None,
) -> Row:
    answers: Mapping[Result, str] = {"kept": _COMPLIES, "broken": _DEVIATES, "not_judged": ""}
    paper = next(paper.title for paper in edition.bid.bid_documents if clause.proof in paper.proves)
    return Row(clause, result, answers[result], measured, paper, remark)


def _share(count: ClauseCount) -> Bilingual:
    """In how many of the documents that show it the clause is kept."""
    whole = count.kept + count.broken
    return Bilingual(ar=f"مستوفى في {count.kept} من {whole}", en=f"kept by {count.kept} of {whole}")


def _examples(count: ClauseCount) -> Bilingual | None:
    names = ", ".join(count.examples[:_VALUES_SHOWN])
    return Bilingual(ar=f"مخالف في: {_apart(names)}", en=f"broken by: {names}") if names else None


def _measured(result: ClauseResult) -> tuple[Bilingual, ...]:
    """The wrong values of a broken clause, else those that were measured."""
    told = [v for v in result.values if v.kept is (result.result == "kept")] or list(result.values)
    words = [(f"{v.what.ar}: {_apart(v.measured[:_LONGEST])}", f"{v.what.en}: {v.measured[:_LONGEST]}") for v in told]
    return tuple(Bilingual(ar=ar, en=en) for ar, en in dict.fromkeys(words))[:_VALUES_SHOWN]


def _reason(result: ClauseResult) -> Bilingual | None:
    if result.result == "broken":
        wrong = [v for v in result.values if v.kept is False]
        words = dict.fromkeys((v.what.ar, v.what.en, _wanted(v)) for v in wrong)
        return Bilingual(
            ar="؛ ".join(f"{ar}: المطلوب {_apart(wanted)}" for ar, _, wanted in list(words)[:_VALUES_SHOWN]),
            en="; ".join(f"{en}: wanted {wanted}" for _, en, wanted in list(words)[:_VALUES_SHOWN]),
        )
    return None if result.result == "kept" else REASONS[result.reason]


def _apart(value: str) -> str:
    """Figures and codes in an Arabic line, kept in their own order (`21 11 2034`, `2.54 ± 0.02`)."""
    return value if _ARABIC.search(value) else f"\u2066{value}\u2069"


def _wanted(value: Measured) -> str:
    return value.wanted[:_LONGEST] + (f" ± {value.tolerance}" if value.tolerance else "")


def _head(judged: Report | BatchReport, edition: str, now: datetime) -> dict[str, Any]:
    return {
        "format": "passport-conformance-checklist/1",
        "edition": edition,
        "made_on": now.date().isoformat(),
        "document": judged.kind if isinstance(judged, Report) else "batch",
        "result": judged.result,
    }


def _typeset(
    judged: Report | BatchReport,
    rows: tuple[Row, ...],
    spec: Specification,
    edition: PassportEdition,
    lang: Lang,
    now: datetime,
) -> bytes:
    fonts, book, form = spec.certificate_certificate.fonts, spec.passport.book, edition.bid.checklist
    require_fonts((fonts.arabic, fonts.latin, fonts.mono))
    results: tuple[Result, ...] = ("kept", "broken", "not_judged")
    inputs = _head(judged, edition.edition, now) | {
        "lang": lang,
        "fonts": fonts.model_dump(),
        "words": {name: held[lang] for name, held in _WORDS.items()},
        "book": getattr(book.title, lang),
        "state": getattr(book.state, lang),
        "publisher": getattr(book.publisher, lang),
        "counts": [{"words": _WORDS[n][lang], "count": sum(row.result == n for row in rows)} for n in results],
        **_form(form, lang),
        "chapters": list(_chapters(rows, spec, edition.edition, lang)),
    }
    return typeset(_TEMPLATE, inputs, timestamp=now.replace(microsecond=0))


def _form(form: ChecklistForm, lang: Lang) -> dict[str, Any]:
    return {
        "columns": [getattr(column, lang) for column in form.checklist_columns],
        "answers": [{"code": answer.code, "title": getattr(answer.title, lang)} for answer in form.answers],
        "on_no_answer": getattr(form.on_no_answer, lang),
    }


def _chapters(rows: tuple[Row, ...], spec: Specification, edition: str, lang: Lang) -> Iterator[dict[str, Any]]:
    """The rows below the heading of their chapter."""
    titles = {held.number: getattr(held.title, lang) for held in numbered(spec, edition) if held.level > 2}
    for heading in numbered(spec, edition):
        if heading.level == 1:
            held = [row for row in rows if row.clause.number.startswith(f"{heading.number}.")]
            yield {
                "number": heading.number,
                "title": getattr(heading.title, lang),
                "rows": [_shown(row, titles, lang) for row in held],
            }


def _shown(row: Row, titles: Mapping[str, str], lang: Lang) -> dict[str, Any]:
    """titles: of clauses by number; the one above says what a common title (`Form`) is of."""
    n = 0 if lang == "ar" else 1
    values = [
        f"{getattr(v.label, lang)}: {v.shown(lang)}" for v in row.clause.values if v.text[n] and v.raw is not None
    ]
    above = titles.get(row.clause.number.rpartition(".")[0])
    own = getattr(row.clause.title, lang)
    return {
        "number": row.clause.number,
        "title": f"{above} · {own}" if above else own,
        "values": [value[:_LONGEST] for value in values],
        "result": row.result,
        "answer": row.answer,
        "measured": [getattr(told, lang) for told in row.measured],
        "proof": getattr(row.proof, lang),
        "remark": getattr(row.remark, lang) if row.remark is not None else "",
    }


def _spread(value: Value) -> str:
    return f" ± {value.tolerance:g}" if value.tolerance is not None else ""


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"conform.checklist.{code}", ar, en, field="checklist", clause="bid.checklist")
