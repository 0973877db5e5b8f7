"""Where a list goes on: behind the moment and the id of its last row, as text that the reader hands back. Pure."""

from __future__ import annotations

from datetime import datetime

from specs.errors import Fault, Invalid

Place = tuple[datetime, str]


def place_text(place: Place) -> str:
    """What `place_of` reads."""
    return f"{place[0].isoformat()}~{place[1]}"


def place_of(after: str, code: str) -> Place:
    """The place in `after`. code: of the fault. Raises `Invalid` for text that no list has given."""
    moment, _, id_ = after.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is not None and id_ and "\x00" not in id_:
            return at, id_
    except ValueError:
        pass
    words = "ليس هذا موضعاً في هذه القائمة", "this list never told that one goes on from here"
    raise Invalid(Fault(code, *words, field="after", clause="openapi"))
