"""The amendment («تعديل»): what changed between two editions, as text rows and as a typeset document.

Renders a difference it is given; decides nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final, Literal

from issuance.documents.typesetting import require_fonts, typeset
from specs.difference import ClauseChange, Difference, ValueChange
from specs.schema import Specification

Lang = Literal["ar", "en"]
_TEMPLATE: Final = "amendment.typ"
_KINDS: Final = {
    "added": {"ar": "أضيف", "en": "added"},
    "removed": {"ar": "حذف", "en": "removed"},
    "changed": {"ar": "عدّل", "en": "changed"},
    "moved": {"ar": "نقل", "en": "moved"},
}
_WORDS: Final[dict[str, dict[Lang, str]]] = {
    "title": {"ar": "تعديل", "en": "Amendment"},
    "of": {"ar": "من إصدارة", "en": "From edition"},
    "to": {"ar": "إلى إصدارة", "en": "to edition"},
    "from": {"ar": "تسري من", "en": "in force from"},
    "value": {"ar": "القيمة", "en": "Value"},
    "before": {"ar": "قبل", "en": "Before"},
    "after": {"ar": "بعد", "en": "After"},
    "was": {"ar": "كان رقمه", "en": "was number"},
    "none": {"ar": "لا فرق بين الإصدارتين", "en": "The editions do not differ"},
    "page": {"ar": "صفحة", "en": "Page"},
}


def kind_words(change: ClauseChange, lang: Lang) -> str:
    """`added`, `removed`, `changed` or `moved`, as a word of that language."""
    return _KINDS[change.kind][lang]


def word(name: str, lang: Lang) -> str:
    """A caption of the amendment, e.g. `before`."""
    return _WORDS[name][lang]


def number_of(change: ClauseChange) -> str:
    """The number as printed in the newer edition, or in the older one for what was removed."""
    return change.after or change.before or ""


def amendment_pdf(found: Difference, spec: Specification, lang: Lang) -> bytes:
    """The document; equal differences give equal bytes. Raises `Unavailable` when a font is missing."""
    fonts, book = spec.certificate_certificate.fonts, spec.passport.book
    require_fonts((fonts.arabic, fonts.latin, fonts.mono))
    other: Lang = "en" if lang == "ar" else "ar"
    inputs = {
        "lang": lang,
        "fonts": fonts.model_dump(),
        "words": {name: held[lang] for name, held in _WORDS.items()},
        "title_other": _WORDS["title"][other],
        "book": getattr(book.title, lang),
        "book_other": getattr(book.title, other),
        "state": getattr(book.state, lang),
        "publisher": getattr(book.publisher, lang),
        "before": {"edition": found.before, "from": found.before_from.isoformat()},
        "after": {"edition": found.after, "from": found.after_from.isoformat()},
        "counts": [
            {"words": _KINDS[kind][lang], "count": count}
            for kind in ("changed", "added", "removed", "moved")
            if (count := sum(change.kind == kind for change in found.changes))
        ],
        "changes": [_change(change, lang, other) for change in found.changes],
    }
    at = datetime.combine(found.after_from, time(), UTC)
    return typeset(_TEMPLATE, inputs, timestamp=at)


def _change(change: ClauseChange, lang: Lang, other: Lang) -> dict[str, Any]:
    return {
        "number": number_of(change),
        "was": change.before if change.renumbered else None,
        "kind": change.kind,
        "words": _KINDS[change.kind][lang],
        "title": getattr(change.title, lang),
        "title_other": getattr(change.title, other),
        "id": change.id,
        "values": [_value(value, lang) for value in change.values],
    }


def _value(value: ValueChange, lang: Lang) -> dict[str, str]:
    return {
        "label": getattr(value.label, lang),
        "before": value.shown("before", lang),
        "after": value.shown("after", lang),
    }
