"""The certificate's data as the JSON attached to its PDF: one canonical text for one set of facts, and back. Pure."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from issuance.documents.certificate import CertificateData
from specs.errors import Fault, Invalid

FORMAT = "criminal-status-certificate/1"
MAX_BYTES = 1_000_000
_CLAUSE = "ISO 19005-3 (attached data)"
_ADAPTER: TypeAdapter[CertificateData] = TypeAdapter(CertificateData)


def attachment_json(data: CertificateData) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; equal facts give equal bytes."""
    content: dict[str, Any] = {"format": FORMAT, **_ADAPTER.dump_python(data, mode="json")}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def certificate_data(attachment: bytes) -> CertificateData:
    """The facts in an attached JSON. Any bytes are allowed; raises `Invalid` naming every field that is wrong."""
    if len(attachment) > MAX_BYTES:
        raise Invalid(_fault("too_large", "البيانات أكبر من الحد", f"more than {MAX_BYTES} bytes", None))
    try:
        content = json.loads(attachment)
    except (ValueError, RecursionError) as error:
        raise Invalid(_fault("not_json", "ليست بيانات JSON", "this is not JSON", None)) from error
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise Invalid(_fault("format", "صيغة غير معروفة", f"not of the format {FORMAT}", "format"))
    try:
        return _ADAPTER.validate_python(content, extra="forbid")
    except ValidationError as error:
        faults = [
            _fault("field", "قيمة غير صحيحة", item["msg"], ".".join(map(str, item["loc"])))
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise Invalid(*faults) from error


def _fault(code: str, ar: str, en: str, field: str | None) -> Fault:
    return Fault(f"documents.attachment.{code}", ar, en, field=field, clause=_CLAUSE)
