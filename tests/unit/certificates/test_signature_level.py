"""Without a time stamp a certificate is issued at B-B and raised when the authority is back. Issue 5; EN 319 142-1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from issuance.border.verify import verify_bytes
from issuance.certificates.model import Certificate
from issuance.certificates.signature_level import raise_levels
from issuance.certificates.status import status_of
from issuance.service import Service
from keys import Keys
from keys.signing import Purpose
from tests.service import NOW
from tests.unit.certificates.test_status import of

DAY = timedelta(days=1)


@contextmanager
def authority_away(desk: Service) -> Iterator[None]:
    """The same keys but for that of the time-stamp authority."""
    keys = desk.keys
    kept = [keys._by_id[s.key_id] for s in keys.signers() if s.purpose is not Purpose.time_stamp_authority]
    desk.keys = Keys(kept, keys.crls, keys.intents, keys.pki)
    try:
        yield
    finally:
        desk.keys = keys


def row(desk: Service, number: str) -> Certificate:
    with desk.db.reading() as read:
        held = read.get(Certificate, number)
    assert held is not None
    return held


def told(desk: Service, pdf: bytes) -> tuple[str, str]:
    verdict = verify_bytes(pdf, "c.pdf", desk.trust, NOW + DAY, desk.spec)
    return verdict.status, verdict.facts["level"]


def test_a_certificate_made_while_the_authority_was_away_is_raised_when_it_is_back(desk: Service) -> None:
    with authority_away(desk):
        number = of(desk, "119909000841")
        first = row(desk, number)
        assert (first.pdf_level, first.pdf_waits) == ("B-B", True)
        assert raise_levels(desk, NOW + timedelta(minutes=1)) == 0
        assert row(desk, number).pdf == first.pdf
    assert raise_levels(desk, NOW + timedelta(hours=1)) == 1
    assert raise_levels(desk, NOW + timedelta(hours=2)) == 0
    second = row(desk, number)
    assert (second.pdf_level, second.pdf_waits) == ("B-LT", False)
    assert (second.number, second.seal, second.data) == (first.number, first.seal, first.data)
    assert told(desk, second.pdf) == ("valid", "B-LT")
    assert told(desk, first.pdf) == ("valid", "B-B")  # what was downloaded before stays genuine
    assert len(first.pdf) == len(second.pdf)  # into the room left for it: nothing is appended
    with desk.db.reading() as read:
        held = status_of(read, number, NOW + DAY)
    assert (held.code, held.signature_level) == ("good", "B-LT")
    assert held.as_json(desk.spec.certificate_status)["signature_level"] == "B-LT"


def test_one_that_has_its_stamp_waits_for_none_and_one_of_before_is_judged(desk: Service) -> None:
    number = of(desk, "119909000842")
    assert (row(desk, number).pdf_level, row(desk, number).pdf_waits) == ("B-LT", False)
    with desk.db.writing() as session:  # as the migration leaves what was issued before it
        held = session.get(Certificate, number)
        assert held is not None
        held.pdf_level, held.pdf_waits = None, True
    before = row(desk, number).pdf
    assert raise_levels(desk, NOW) == 0
    after = row(desk, number)
    assert (after.pdf_level, after.pdf_waits, after.pdf) == ("B-LT", False, before)
