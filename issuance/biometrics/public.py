"""What other domains may ask of biometrics.

An application comes by `assess` (instant feedback), `accept_portrait`, `record_capture` and `search_for`; it may be
issued when `clearance_of` says `clear`, or `degraded` for a humanitarian case. Holds: `HOLD_HITS`, `HOLD_PENDING`.
"""

from __future__ import annotations

from typing import Final

from issuance.biometrics.capture import (
    CaptureDevice,
    CaptureRecord,
    capture_of,
    confirm_capture,
    finger_rules,
    fingers_required,
    read_record,
    record_capture,
)
from issuance.biometrics.facts import AcceptedPortrait, Candidate, Capture, Clearance, Finger
from issuance.biometrics.hits import confirm, settle, waiting_hits
from issuance.biometrics.portraits import accept_portrait, accepted_portrait
from issuance.biometrics.portraits import rules_of as portrait_rules
from issuance.biometrics.search import clearance_of, cleared, search_for
from issuance.mrtd.portrait import Assessment, assess
from issuance.mrtd.portrait_checks import Check

HOLD_HITS: Final = "duplicate_person"
"""Kind of hold while a clearance says `hits`: two officers decide (`settle`, `confirm`)."""

HOLD_PENDING: Final = "afis_pending"
"""Kind of hold while a clearance says `pending` or `none`."""

__all__ = [
    "HOLD_HITS",
    "HOLD_PENDING",
    "AcceptedPortrait",
    "Assessment",
    "Candidate",
    "Capture",
    "CaptureDevice",
    "CaptureRecord",
    "Check",
    "Clearance",
    "Finger",
    "accept_portrait",
    "accepted_portrait",
    "assess",
    "capture_of",
    "clearance_of",
    "cleared",
    "confirm",
    "confirm_capture",
    "finger_rules",
    "fingers_required",
    "portrait_rules",
    "read_record",
    "record_capture",
    "search_for",
    "settle",
    "waiting_hits",
]
