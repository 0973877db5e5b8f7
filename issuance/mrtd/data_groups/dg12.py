"""DG12, additional document details: who issued the document and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from issuance.mrtd.data_groups.fields import (
    PartialDate,
    field_faults,
    listed_objects,
    read_date,
    read_text,
    with_tag_list,
    words,
)
from issuance.mrtd.tlv import LdsInvalid, encode
from specs.schema.chip import DocumentDetailsRules

CLAUSE = "Doc 9303-10 §4.7.12"
_DG12, _AUTHORITY, _ISSUE_DATE, _OTHER_PEOPLE, _OTHER_PERSON = 0x6C, 0x5F19, 0x5F26, 0xA0, 0x5F1A


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """authority: as printed; issue_date: day of issue."""

    authority: str | None = None
    issue_date: date | None = None


def build_dg12(document: DocumentDetails, rules: DocumentDetailsRules) -> bytes:
    """DG12 with the data objects `rules` names, as far as `document` has them. Raises LdsInvalid with every fault."""
    written: dict[str, tuple[int, bytes]] = {}
    if (authority := document.authority) is not None and "authority" in rules.elements:
        if faults := field_faults("authority", [authority], words(authority), rules.text_maximum_bytes):
            raise LdsInvalid(*faults)
        written["authority"] = (_AUTHORITY, encode(_AUTHORITY, words(authority).encode()))
    if (day := document.issue_date) is not None:
        text = PartialDate(day.year, day.month, day.day).text()
        written["issue_date"] = (_ISSUE_DATE, encode(_ISSUE_DATE, text.encode("ascii")))
    return with_tag_list(_DG12, [written[element] for element in rules.elements if element in written])


def read_dg12(data: bytes) -> DocumentDetails:
    """The document's details; data objects we do not write are passed over. Raises LdsInvalid."""
    held = listed_objects(data, _DG12, "DG12", {_OTHER_PEOPLE: _OTHER_PERSON})
    authority, issued = held.get(_AUTHORITY), held.get(_ISSUE_DATE)
    return DocumentDetails(
        authority=read_text(authority, "authority") if authority is not None else None,
        issue_date=_whole_day(read_date(issued, "issue_date")) if issued is not None else None,
    )


def _whole_day(read: PartialDate) -> date:
    if read.year is None or read.month is None or read.day is None:
        raise LdsInvalid.because(
            "dg12.issue_date",
            "the date of issue is incomplete",
            "تاريخ الإصدار ناقص",
            field="issue_date",
            clause=CLAUSE,
        )
    return date(read.year, read.month, read.day)
