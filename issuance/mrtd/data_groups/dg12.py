"""DG12, additional document details: who issued the document and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from issuance.mrtd.data_groups.details import DG12, DOCUMENT, DOCUMENT_OTHERS, read_details
from issuance.mrtd.data_groups.fields import PartialDate, field_faults, with_tag_list, words
from issuance.mrtd.tlv import LdsInvalid, Noted, encode, odd
from specs.schema.chip import DocumentDetailsRules

CLAUSE = "Doc 9303-10 §4.7.12"
_AUTHORITY, _ISSUE_DATE = 0x5F19, 0x5F26


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
    return with_tag_list(DG12, [written[element] for element in rules.elements if element in written])


def read_dg12(data: bytes, noted: Noted = None) -> DocumentDetails:
    """The document's details as far as we write such; `details.read_details` gives all there is. Raises LdsInvalid.

    Odd: a date of issue that is incomplete, then None.
    """
    held = read_details(data, DG12, "DG12", DOCUMENT, DOCUMENT_OTHERS, noted)
    issued = held.get("issue_date")
    return DocumentDetails(
        authority=held.get("authority"),
        issue_date=_whole_day(PartialDate.parse(issued), noted) if issued else None,
    )


def _whole_day(read: PartialDate, noted: Noted) -> date | None:
    if read.year is None or read.month is None or read.day is None:
        en, ar = "the date of issue is incomplete", "تاريخ الإصدار ناقص"
        odd(noted, "dg12.issue_date", en, ar, field="issue_date", clause=CLAUSE)
        return None
    return date(read.year, read.month, read.day)
