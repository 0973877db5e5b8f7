"""What a barcode on a page is worth: a seal by its signature, a number by the document number of the zone. Pure.

What is neither is text of unknown meaning, shown in part and never followed.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from issuance.border.reading.arbitration import ZoneReading
from issuance.border.reading.codes import Code
from keys.seal_verify import verify_seal
from keys.trust import TrustStore
from keys.vds import MAGIC
from keys.verdict import Status, Verdict
from specs.schema import Specification

CodeKind = Literal["seal", "document_number", "text", "bytes"]
_NUMBER_CHARACTERS: Final = range(5, 21)
_RELIABLE: Final = ("verified", "corrected", "conflicting")


@dataclass(frozen=True, slots=True)
class JudgedCode:
    """kind: what it was taken for; status: whether it holds; shown: its content, in part; verdict: of a seal."""

    symbology: str
    kind: CodeKind
    status: Status
    shown: str
    readers: tuple[str, ...]
    reason: str
    reason_ar: str
    verdict: Verdict | None = None

    def as_json(self) -> dict[str, Any]:
        """`{"symbology","kind","status","text","readers","reason","reason_ar"}`, and `verdict` of a seal."""
        held: dict[str, Any] = {
            "symbology": self.symbology,
            "kind": self.kind,
            "status": self.status,
            "text": self.shown,
            "readers": list(self.readers),
            "reason": self.reason,
            "reason_ar": self.reason_ar,
        }
        return held | ({"verdict": self.verdict.as_json()} if self.verdict is not None else {})


def judge_codes(
    codes: Sequence[Code], zone: ZoneReading, trust: TrustStore | None, at: datetime | None, spec: Specification
) -> tuple[JudgedCode, ...]:
    """Each code judged. Without `trust` and `at` a seal's signature stays unjudged."""
    return tuple(_judged(code, zone, trust, at, spec) for code in codes[: spec.border_reading.barcodes.most])


def _judged(
    code: Code, zone: ZoneReading, trust: TrustStore | None, at: datetime | None, spec: Specification
) -> JudgedCode:
    shown = _shown(code.content, spec.border_reading.barcodes.shown_characters)
    if trust is not None and at is not None:
        verdict = verify_seal(code.content, trust, at, spec)
        if _is_seal(code.content, verdict):
            return _of_seal(code, shown, verdict)
    elif isinstance(code.content, bytes) and code.content[:1] == bytes((MAGIC,)):
        return JudgedCode(code.symbology, "seal", "indeterminate", shown, code.readers, *_UNJUDGED)
    if isinstance(code.content, bytes):
        return JudgedCode(code.symbology, "bytes", "indeterminate", shown, code.readers, *_UNKNOWN)
    return _of_text(code, code.content, shown, zone)


def _of_seal(code: Code, shown: str, verdict: Verdict) -> JudgedCode:
    failed = verdict.failed() or tuple(check for check in verdict.checks if check.result == "unknown")
    reason, reason_ar = (failed[0].reason, failed[0].reason_ar) if failed else _GENUINE
    return JudgedCode(code.symbology, "seal", verdict.status, shown, code.readers, reason, reason_ar, verdict)


def _of_text(code: Code, content: str, shown: str, zone: ZoneReading) -> JudgedCode:
    given = "".join(character for character in content.upper() if character.isalnum())
    number = (zone.fields or {}).get("document_number", "").replace("<", "") if zone.status in _RELIABLE else ""
    if number and given == number:
        return JudgedCode(code.symbology, "document_number", "valid", shown, code.readers, *_SAME)
    if number and len(content) in _NUMBER_CHARACTERS and given == content.upper() and len(given) == len(number):
        return JudgedCode(code.symbology, "document_number", "invalid", shown, code.readers, *_ANOTHER)
    return JudgedCode(code.symbology, "text", "indeterminate", shown, code.readers, *_UNKNOWN)


def _is_seal(content: str | bytes, verdict: Verdict) -> bool:
    """Any word is base64url text, so text counts as a seal when it decodes as one or names the address of a check."""
    results = {check.id: check.result for check in verdict.checks}
    if isinstance(content, str) and "#" in content:
        return results.get("seal.form") == "pass"
    return results.get("seal.encoding") == "pass"


def _shown(content: str | bytes, most: int) -> str:
    text = content if isinstance(content, str) else base64.b64encode(content).decode("ascii")
    kept = "".join(character if character.isprintable() else "\ufffd" for character in text[:most])
    return kept + ("…" if len(text) > most else "")


_GENUINE: Final = ("a seal whose signature holds", "ختم توقيعه صحيح")
_UNJUDGED: Final = ("a seal; no trusted certificates were given to judge it by", "ختم، ولم تُعطَ شهادات ثقة للحكم عليه")
_SAME: Final = ("the document number of the zone", "رقم الوثيقة كما في المنطقة المقروءة آليًا")
_ANOTHER: Final = (
    "of the form of the document number, and another number than the zone's",
    "على صورة رقم الوثيقة، وهو غير الرقم في المنطقة المقروءة آليًا",
)
_UNKNOWN: Final = ("a code whose meaning is unknown here", "رمز لا يُعرف معناه هنا")
