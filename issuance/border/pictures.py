"""What was sent of a document, with its page picture read: the zone it shows, and a travel document's seal on it."""

from __future__ import annotations

from datetime import datetime

from issuance.border.document import Given
from issuance.border.numbers import DOCUMENT_SEALS
from issuance.border.reading.page_reading import PageReading, read_page
from issuance.border.sent import Sent
from keys.trust import TrustStore
from specs.schema import Specification


def given_of(sent: Sent, trust: TrustStore, at: datetime, spec: Specification) -> Given:
    """As the inspection takes it. Raises `Unavailable` when too many pictures wait already."""
    if sent.page is None:
        return Given(sent.mrz, None, sent.chip, sent.seal)
    return with_page(Given(sent.mrz, None, sent.chip, sent.seal), read_page(sent.page, spec, trust, at))


def with_page(given: Given, read: PageReading) -> Given:
    """The same with a reading. A seal on the page counts where none was sent and there is one alone."""
    seals = [
        code.verdict
        for code in read.codes
        if code.verdict is not None and code.verdict.facts.get("kind") in DOCUMENT_SEALS
    ]
    seal = given.seal if given.seal is not None else seals[0] if len(seals) == 1 else None
    return Given(given.mrz, read.as_json(), given.chip, seal)
