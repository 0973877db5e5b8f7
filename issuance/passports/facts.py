"""What a reader may know of an issued passport. Pure and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PassportView:
    """mrz: the two lines; files: the names of the files that can be fetched."""

    number: str
    edition: str
    office: str
    issued_on: date
    expires_on: date
    issued_at: datetime
    mrz: tuple[str, ...]
    files: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "number": self.number,
            "edition": self.edition,
            "office": self.office,
            "issued_on": self.issued_on.isoformat(),
            "expires_on": self.expires_on.isoformat(),
            "issued_at": self.issued_at.isoformat(),
            "mrz": list(self.mrz),
            "files": list(self.files),
        }
