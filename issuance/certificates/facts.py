"""What a reader may know of an issued certificate. Pure and frozen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CertificateView:
    """data: the facts as attached to the PDF; seal: the address in the QR code;
    signature_level: PAdES level of the PDF as it is kept now, None: not judged yet."""

    number: str
    office: str
    purpose: str
    outcome: str
    rule_version: str
    issued_on: date
    expires_on: date
    issued_at: datetime
    data: str
    seal: str
    signature_level: str | None

    def as_json(self) -> dict[str, Any]:
        """The wire form; `data` as JSON."""
        return {
            "number": self.number,
            "office": self.office,
            "purpose": self.purpose,
            "outcome": self.outcome,
            "rule_version": self.rule_version,
            "issued_on": self.issued_on.isoformat(),
            "expires_on": self.expires_on.isoformat(),
            "issued_at": self.issued_at.isoformat(),
            "seal": self.seal,
            "signature_level": self.signature_level,
            "data": json.loads(self.data),
        }
