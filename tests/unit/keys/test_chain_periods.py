"""Validity at the time of signing, and what became of the certificates since."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.unit.keys.chains import (
    DAY,
    NOW,
    YEAR,
    Entity,
    document_signer,
    judge,
    name,
    not_passed,
    revocations,
    root,
    said,
    store,
)

SIGNED = (NOW - 20 * DAY, NOW - 10 * DAY)


@pytest.fixture(scope="module")
def csca() -> Entity:
    return root()


def judged(csca: Entity, signer: Entity, at: datetime, signed_at: tuple[datetime, datetime] | None) -> dict[str, str]:
    trust = store(csca, crls=[revocations(csca, made=at - DAY, until=at + DAY)])
    return not_passed(judge(signer, trust, at, signed_at=signed_at))


def test_a_document_outlives_its_signer_with_a_warning(csca: Entity) -> None:
    signer = document_signer(csca)
    assert judged(csca, signer, NOW, SIGNED) == {}
    assert judged(csca, signer, NOW + 11 * YEAR, SIGNED) == {"chain.current": "warning"}
    assert judged(csca, signer, NOW + 11 * YEAR, None) == {"chain.validity": "fail"}


def test_a_root_expired_since_is_a_warning_too() -> None:
    csca = root(holds=(NOW - YEAR, NOW + YEAR))
    signer = document_signer(csca)
    trust = store(csca, crls=[revocations(csca, until=NOW + 5 * YEAR)])
    judgement = judge(signer, trust, NOW + 2 * YEAR, signed_at=SIGNED)
    assert not_passed(judgement) == {"chain.current": "warning"}
    assert "above" in said(judgement, "chain.current").reason


def test_what_was_signed_outside_the_validity_of_its_signer_fails(csca: Entity) -> None:
    signer = document_signer(csca)
    assert judged(csca, signer, NOW, (NOW - 40 * DAY, NOW - 31 * DAY)) == {"chain.validity": "fail"}
    assert judged(csca, signer, NOW, (NOW - 40 * DAY, NOW - 30 * DAY)) == {}


def test_what_was_signed_outside_the_usage_period_of_its_key_fails(csca: Entity) -> None:
    signer = document_signer(csca)
    late = NOW + 70 * DAY
    assert judged(csca, signer, late, (late - 9 * DAY, late)) == {"chain.usage_period": "fail"}
    assert judged(csca, signer, late, (late - 10 * DAY, late)) == {}


def test_the_moments_of_signing_must_lie_together_not_one_in_each_certificate() -> None:
    csca = root(holds=(NOW - 9 * YEAR, NOW - 15 * DAY))
    signer = document_signer(csca, holds=(NOW - 14 * DAY, NOW + YEAR))
    found = judged(csca, signer, NOW, (NOW - 20 * DAY, NOW))
    assert found["chain.validity"] == "fail"


def test_a_signer_that_does_not_hold_yet_fails_now(csca: Entity) -> None:
    signer = document_signer(csca, holds=(NOW + DAY, NOW + YEAR), used=None)
    found = judged(csca, signer, NOW, (NOW, NOW + 2 * DAY))
    assert found == {"chain.current": "fail"}
    assert judged(csca, signer, NOW, None) == {"chain.validity": "fail"}


def test_a_signer_without_a_usage_period_is_judged_by_its_validity(csca: Entity) -> None:
    assert judged(csca, document_signer(csca, used=None), NOW, SIGNED) == {}


def test_an_issuer_that_issued_when_its_key_might_not_sign_is_warned_of_and_of_ours_refused() -> None:
    for country, result in (("LY", "fail"), ("UT", "warning")):
        for used in ((NOW - 5 * YEAR, NOW - 31 * DAY), (NOW - 29 * DAY, NOW + YEAR)):
            csca = root(subject=name("CSCA", country), used=used)
            signer = document_signer(csca, subject=name("Document Signer", country))
            assert judged(csca, signer, NOW, SIGNED) == {"chain.usage_period.issuer": result}
        csca = root(subject=name("CSCA", country), used=(NOW - 30 * DAY, NOW + YEAR))
        assert judged(csca, document_signer(csca, subject=name("Document Signer", country)), NOW, SIGNED) == {}
