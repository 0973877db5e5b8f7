"""Verification of what strangers send: smaller pictures, and what takes long one after another.

Anybody may send anything here, so that no number of uploads keeps the processors from those who issue.
"""

from __future__ import annotations

from datetime import datetime

from issuance.border.turns import turns
from issuance.border.verify import takes_long, verify_bytes
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.schema import Specification


def verify_upload(data: bytes, name: str, trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    """The verdict on one file, as `border.verify.verify_bytes`. Raises `Unavailable` when too many wait already."""
    limits = spec.border_inspection.public_uploads

    def verdict() -> Verdict:
        return verify_bytes(data, name, trust, at, spec, maximum_pixels=limits.picture_maximum_pixels)

    if not takes_long(data):
        return verdict()
    with turns(limits.at_once, limits.waiting).turn(limits.wait_seconds):
        return verdict()
