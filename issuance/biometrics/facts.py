"""What biometrics tells other domains: captures, accepted portraits, and what a search for duplicates found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

ClearanceState = Literal["none", "clear", "hits", "pending", "degraded"]
Outcome = Literal["different", "same"]


@dataclass(frozen=True, slots=True)
class Finger:
    """One finger of a capture. code: ISO/IEC 19794-4, 1 right thumb to 10 left little finger; score: NFIQ 2, or None
    when the finger is missing for a reason; low: kept although the best of all attempts is below the limit."""

    code: int
    score: int | None
    attempts: int
    missing: str | None
    low: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "score": self.score,
            "attempts": self.attempts,
            "missing": self.missing,
            "low": self.low,
        }


@dataclass(frozen=True, slots=True)
class Capture:
    """Fingerprints as they were taken. state: `awaiting` a second officer (fewer fingers than the least), `complete`,
    or `refused` by that officer; approval: what the second officer decides."""

    id: str
    application_id: str
    device: str
    fingers: tuple[Finger, ...]
    state: Literal["complete", "awaiting", "refused"]
    approval: str | None
    taken_by: str
    taken_at: datetime

    @property
    def present(self) -> int:
        return sum(finger.score is not None for finger in self.fingers)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "application": self.application_id,
            "device": self.device,
            "fingers": [finger.as_json() for finger in self.fingers],
            "present": self.present,
            "state": self.state,
            "approval": self.approval,
            "taken_by": self.taken_by,
            "taken_at": self.taken_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class AcceptedPortrait:
    """The portrait of an application as an officer took it. digest: SHA-256 of the picture as handed in; warnings: the
    codes of the limits it does not keep; words: why it was taken all the same."""

    application_id: str
    digest: str
    warnings: tuple[str, ...]
    words: str
    accepted_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another person the applicant may be. percent: how alike face and name are, None where not alike."""

    person_id: str
    face_percent: int | None
    name_percent: int | None

    def as_json(self) -> dict[str, Any]:
        return {"person": self.person_id, "face_percent": self.face_percent, "name_percent": self.name_percent}


@dataclass(frozen=True, slots=True)
class Clearance:
    """Where an application stands with the search for duplicates. Only `clear` lets a passport be issued, and
    `degraded` for the humanitarian case it names.

    none: no search was made; pending: the system did not answer; hits: candidates wait for two officers, or these
    found the `same` person (outcome). recheck_due: when the search must have been made up for at the latest.
    """

    state: ClearanceState
    candidates: tuple[Candidate, ...] = ()
    search_id: str | None = None
    at: datetime | None = None
    outcome: Outcome | None = None
    humanitarian: str | None = None
    recheck_due: datetime | None = None
    application_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For officers. An applicant is shown none of it."""
        return {
            "state": self.state,
            "candidates": [one.as_json() for one in self.candidates],
            "search": self.search_id,
            "application": self.application_id,
            "at": _text(self.at),
            "outcome": self.outcome,
            "humanitarian": self.humanitarian,
            "recheck_due": _text(self.recheck_due),
        }


@dataclass(frozen=True, slots=True)
class Capacity:
    """Records held and the most that can be held."""

    used: int
    records: int

    @property
    def share(self) -> float:
        return self.used / self.records


@dataclass(frozen=True, slots=True)
class Degraded:
    """The search is out of order and two people said so."""

    id: str
    words: str
    declared_by: str
    approved_by: str
    since: datetime
    until: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "reason": self.words,
            "declared_by": self.declared_by,
            "approved_by": self.approved_by,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
