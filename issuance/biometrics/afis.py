"""What the service asks of a system that compares one applicant with all who were enrolled.

The national system is somebody else's; `standin` is the embedded one. Nothing here is called inside a unit of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from issuance.biometrics.facts import Capacity
from issuance.mrtd.portrait import Portrait

Eyes = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Probe:
    """Whom to look for. reference: the application; image: the portrait, JPEG; eyes: in its pixels; digest: SHA-256 of
    the image, hex."""

    reference: str
    person_id: str
    image: bytes
    eyes: Eyes
    digest: str


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody else who looks like it, 0 to 100."""

    person_id: str
    percent: int


class Afis(Protocol):
    """Every call may raise `Unavailable`: the system is away, or full."""

    def enrol(self, probe: Probe, now: datetime) -> None:
        """From now on others find this applicant. The same probe twice is one record."""

    def search(self, probe: Probe) -> Sequence[Match]:
        """Others than the applicant's own person, likest first, bounded."""

    def capacity(self) -> Capacity:
        """Records held, and room."""


def probe_of(application_id: str, person_id: str, portrait: Portrait) -> Probe:
    """The probe of a prepared portrait: its printed picture, where more is seen than on the chip."""
    across, down = portrait.page_width_px / portrait.width_px, portrait.page_height_px / portrait.height_px
    left, right = ((x * across, y * down) for x, y in portrait.eyes)
    digest = sha256(portrait.page_image).hexdigest()
    return Probe(application_id, person_id, portrait.page_image, (left, right), digest)
