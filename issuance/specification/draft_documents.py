"""The booklet, the amendment and the specimen page of a draft, each set by a child process (`draft_child`)."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from issuance.documents.children import answer_of
from issuance.specification.editions import root_of
from issuance.specification.manifest import CLAUSE
from issuance.specification.views import DraftView, judge
from specs.errors import Fault, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

Kind = Literal["book", "amendment", "page"]
_SECONDS: Final = 90
_MEMORY_BYTES: Final = 4 * 1024**3


def document_of(service: Service, view: DraftView, kind: Kind, language: Literal["ar", "en"]) -> bytes:
    """A PDF, or the PNG of the page. Raises `NotFound` while a file of the draft cannot be read, `Unavailable`."""
    if judge(service, view).spec is None:
        words = "في المسودة ملف لا يقرأ بعد", "a file of the draft cannot be read yet"
        raise NotFound(Fault("specification.draft.unreadable", *words, field="draft", clause=CLAUSE))
    asked = {
        "kind": kind,
        "language": language,
        "root": str(root_of(service.settings)),
        "editions": str(service.settings.editions),
        "edition": view.edition,
        "based_on": view.based_on,
        "files": view.files,
    }
    return _set(json.dumps(asked, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=8)
def _set(asked: str) -> bytes:
    made = answer_of("issuance.specification.draft_child", asked.encode(), seconds=_SECONDS, memory_bytes=_MEMORY_BYTES)
    if not made:
        words = "تعذر إعداد المستند من هذه المسودة", "the document could not be set from this draft"
        raise Unavailable(Fault("specification.draft.unset", *words, field="draft", clause=CLAUSE))
    return made
