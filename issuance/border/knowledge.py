"""What an inspection asks besides the document itself: whom to trust, how a document of ours stands, who may not leave.

Asked of the register where there is one, of an offline bundle elsewhere; the inspection knows neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from keys.trust import TrustStore
from keys.verdict import Check
from specs.schema.base import Bilingual
from specs.schema.passport_office import DocumentState

KnowledgeKind = Literal["register", "bundle", "trust"]
"""`trust`: certificates and lists alone, nothing of documents."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A published defect. deviation: OID of Doc 9303-12; title: as it was entered."""

    deviation: str
    title: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document of ours stands. since: ISO 8601 day, None where the source does not hold it.

    defects: those the document carries; zone: the lines of its MRZ as issued, None where the source does not hold them.
    """

    number: str
    state: DocumentState
    since: str | None
    defects: tuple[Defect, ...] = ()
    zone: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ban:
    """The holder may not leave. authority: who answers for the order today; call: its office code, empty where no
    office is named. Nothing of the case."""

    authority: Bilingual
    call: str


class Knowledge(Protocol):
    """What is known as of a moment. Every question raises `Unavailable` when it cannot be asked now, or never here."""

    @property
    def kind(self) -> KnowledgeKind: ...

    @property
    def trust(self) -> TrustStore: ...

    @property
    def as_of(self) -> datetime: ...

    def freshness(self, at: datetime) -> Check:
        """Whether this may still be relied upon at `at`: `pass`, or `unknown` for what is too old."""
        ...

    def standing(self, number: str) -> Standing | None:
        """How our document of this number stands; None: none of this number is held."""
        ...

    def ended_certificate(self, number: str) -> str | None:
        """As what a criminal-status certificate of this number ended (`certificate/status.yaml`); None: it did not.

        Raises `NotFound` where every certificate is held and this one is not.
        """
        ...

    def bans(self, number: str) -> tuple[Ban, ...] | None:
        """What keeps the holder of our document of this number from leaving; None: this source knows nothing of it."""
        ...
