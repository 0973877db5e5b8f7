"""Revoked, not revoked, unknown: told apart, each with its reason."""

from __future__ import annotations

import pytest
from cryptography import x509

from keys.chain import ChainJudgement
from tests.unit.keys.chains import (
    DAY,
    NAME_CHANGE,
    NOW,
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

IDENTIFIER = x509.ObjectIdentifier("1.2.3.4")
DELTA = [(x509.DeltaCRLIndicator(1), True)]


@pytest.fixture(scope="module")
def csca() -> Entity:
    return root()


@pytest.fixture(scope="module")
def signer(csca: Entity) -> Entity:
    return document_signer(csca)


def unknown(judgement: ChainJudgement, cause: str) -> bool:
    expected = {f"chain.crl.{cause}": "unknown", "chain.revocation": "unknown"}
    return not_passed(judgement) == expected and judgement.revocation == "unknown"


def test_a_revoked_signer_fails_whenever_it_was_revoked_and_is_told_the_day_and_the_reason(
    csca: Entity, signer: Entity
) -> None:
    crl = revocations(csca, signer, revoked_on=NOW - 2 * DAY, reason=x509.ReasonFlags.key_compromise)
    for signed_at in (None, (NOW - 9 * DAY, NOW - 8 * DAY)):
        judgement = judge(signer, store(csca, crls=[crl]), signed_at=signed_at)
        check = said(judgement, "chain.revocation")
        assert (judgement.revocation, check.result, check.level) == ("revoked", "fail", "policy")
        assert "2026-11-18" in check.reason and "key compromised" in check.reason and "2026-11-18" in check.reason_ar


def test_a_revoked_signer_stays_revoked_when_the_list_is_stale_or_a_newer_one_is_silent(
    csca: Entity, signer: Entity
) -> None:
    old = revocations(csca, signer, made=NOW - 99 * DAY, until=NOW - 9 * DAY, revoked_on=NOW - 100 * DAY)
    for crls in ([old], [old, revocations(csca)], [revocations(csca), old]):
        assert judge(signer, store(csca, crls=crls)).revocation == "revoked"


def test_without_any_list_revocation_is_unknown(csca: Entity, signer: Entity) -> None:
    assert unknown(judge(signer, store(csca)), "missing")


def test_a_list_of_another_issuer_says_nothing(csca: Entity, signer: Entity) -> None:
    other = root(subject=name("CSCA Other"))
    assert unknown(judge(signer, store(csca, other, crls=[revocations(other, signer)])), "issuer")


def test_a_list_past_its_time_is_stale_and_one_of_a_later_day_is_early(csca: Entity, signer: Entity) -> None:
    crl = revocations(csca, made=NOW - DAY, until=NOW + DAY)
    assert unknown(judge(signer, store(csca, crls=[crl]), NOW + 2 * DAY), "stale")
    assert unknown(judge(signer, store(csca, crls=[crl]), NOW - 2 * DAY), "early")
    assert judge(signer, store(csca, crls=[crl]), NOW + DAY).revocation == "not_revoked"


def test_a_list_that_no_key_of_the_issuer_made_says_nothing(csca: Entity, signer: Entity) -> None:
    forger = root()  # the same name
    assert unknown(judge(signer, store(csca, crls=[revocations(forger, signer)])), "signature")


def test_a_list_made_by_a_signer_of_documents_says_nothing(csca: Entity, signer: Entity) -> None:
    crl = revocations(signer, issuer_name=csca.certificate.subject)
    assert unknown(judge(signer, store(csca, signer, crls=[crl])), "signature")


@pytest.mark.parametrize(
    "odd",
    [
        {"extensions": DELTA},
        {"extensions": [(x509.UnrecognizedExtension(IDENTIFIER, b"\x05\x00"), True)]},
        {
            "extensions": [
                (x509.IssuingDistributionPoint(None, None, True, False, None, False, False), True),
            ]
        },
    ],
)
def test_a_partial_list_says_nothing(csca: Entity, signer: Entity, odd: dict[str, object]) -> None:
    crl = revocations(csca, **odd)  # type: ignore[arg-type]
    assert unknown(judge(signer, store(csca, crls=[crl])), "scope")


def test_a_list_that_is_not_understood_and_names_the_signer_leaves_it_unknown(csca: Entity, signer: Entity) -> None:
    crls = [revocations(csca), revocations(csca, signer, extensions=DELTA)]
    assert unknown(judge(signer, store(csca, crls=crls)), "scope")
    assert judge(document_signer(csca), store(csca, crls=crls)).revocation == "not_revoked"


def test_an_entry_with_an_unknown_critical_extension_spoils_the_list_and_others_do_not(
    csca: Entity, signer: Entity
) -> None:
    other = document_signer(csca)
    issuer = x509.CertificateIssuer([x509.DirectoryName(csca.certificate.subject)])
    spoilt = revocations(csca, other, entry_extensions=[(issuer, True)])
    read = revocations(
        csca, other, reason=x509.ReasonFlags.superseded, entry_extensions=[(x509.InvalidityDate(NOW), False)]
    )
    assert unknown(judge(signer, store(csca, crls=[spoilt])), "scope")
    assert judge(signer, store(csca, crls=[read])).revocation == "not_revoked"
    assert judge(other, store(csca, crls=[read])).revocation == "revoked"


def test_the_newest_key_lists_what_the_older_issued(csca: Entity, signer: Entity) -> None:
    new = root()
    link = root(key=new.key, issuer=csca)
    for trust in (
        store(csca, new, crls=[revocations(new, signer)]),
        store(csca, link, crls=[revocations(new, signer)]),
    ):
        assert judge(signer, trust).revocation == "revoked"
    assert judge(signer, store(csca, link, crls=[revocations(new)])).revocation == "not_revoked"
    assert unknown(judge(signer, store(csca, crls=[revocations(new, signer)])), "signature")


def test_a_renamed_authority_lists_what_it_issued_under_its_old_name(csca: Entity, signer: Entity) -> None:
    new = root(subject=name("CSCA New Utopia"))
    link = root(subject=name("CSCA New Utopia"), key=new.key, issuer=csca, extensions=[(NAME_CHANGE, False)])
    assert judge(signer, store(csca, link, crls=[revocations(new, signer)])).revocation == "revoked"
    assert unknown(judge(signer, store(csca, new, crls=[revocations(new, signer)])), "issuer")


def test_a_revoked_link_refuses_what_lies_below_it(csca: Entity) -> None:
    new = root()
    link = root(key=new.key, issuer=csca)
    signer = document_signer(new)
    judgement = judge(signer, store(csca, link, crls=[revocations(csca, link)]))
    assert (judgement.revocation, len(judgement.path)) == ("revoked", 3)


def test_a_list_whose_signer_was_revoked_says_nothing(csca: Entity, signer: Entity) -> None:
    new = root()
    link = root(key=new.key, issuer=csca)
    assert judge(signer, store(csca, link, crls=[revocations(new)])).revocation == "not_revoked"
    stale = revocations(csca, link, made=NOW - 99 * DAY, until=NOW - 9 * DAY)
    assert judge(signer, store(csca, link, crls=[revocations(new), stale])).revocation == "unknown"
