"""Revoked, not revoked, unknown: told apart, each with its reason."""

from __future__ import annotations

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

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
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
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


FRANCE = name("CSCA France", "FR")
STALE = {"made": NOW - 99 * DAY, "until": NOW - 9 * DAY}


def _twin(signer: Entity) -> Entity:
    """The same certificate with the other of its two ECDSA signatures (SEC 1 §4.1.4 accepts s and n - s)."""
    written = asn1.Certificate.load(signer.der)
    r, s = decode_dss_signature(written["signature_value"].native)
    written["signature_value"] = encode_dss_signature(r, P256_ORDER - s)
    return Entity(x509.load_der_x509_certificate(written.dump(force=True)), signer.key)


@pytest.mark.parametrize("stale", [True, False])
def test_a_signer_of_documents_cannot_rename_its_issuer_into_one_whose_list_is_fresh(
    csca: Entity, signer: Entity, stale: bool
) -> None:
    france = root(subject=FRANCE)
    own = [revocations(csca, **STALE)] if stale else []  # type: ignore[arg-type]
    for subject in (FRANCE, name("CSCA New Utopia")):
        link = root(subject=subject, issuer_name=name(), issuer=signer, extensions=[(NAME_CHANGE, False)])
        lists = [*own, revocations(france), revocations(link)]
        cause = "stale" if stale else "issuer" if subject != FRANCE else None
        for trust, extra in (
            (store(csca, france, crls=lists), [link]),
            (store(csca, france, crls=lists), [link, _twin(signer)]),
            (store(csca, france, signer, crls=lists), [link]),
            (store(csca, france, signer, link, crls=lists), []),
        ):
            judgement = judge(signer, trust, extra=extra)
            assert judgement.revocation == "unknown" and judgement.path[-1].der == csca.der
            assert cause is None or unknown(judgement, cause)


def test_a_key_that_a_signer_of_documents_vouched_for_makes_no_list(csca: Entity, signer: Entity) -> None:
    other = root(issuer_name=name(), issuer=signer)
    crls = [revocations(csca, **STALE), revocations(other)]  # type: ignore[arg-type]
    for trust, extra in (
        (store(csca, signer, crls=crls), [other, _twin(signer)]),
        (store(csca, signer, other, crls=crls), []),
    ):
        assert unknown(judge(signer, trust, extra=extra), "stale")


def test_an_authority_of_another_state_cannot_answer_for_this_one(csca: Entity, signer: Entity) -> None:
    france = root(subject=FRANCE)
    impostor = root(subject=name(), issuer=france)  # a key that France certified under Utopia's name
    clears, accuses = revocations(impostor), revocations(impostor, signer)
    old = revocations(csca, **STALE)  # type: ignore[arg-type]
    for trust, extra in (
        (store(csca, france, impostor, crls=[old, clears]), []),
        (store(csca, france, crls=[old, clears]), [impostor]),
    ):
        assert unknown(judge(signer, trust, extra=extra), "stale")
    for trust, extra in (
        (store(csca, france, impostor, crls=[revocations(csca), accuses]), []),
        (store(csca, france, crls=[revocations(csca), accuses]), [impostor]),
    ):
        assert judge(signer, trust, extra=extra).revocation == "not_revoked"


def test_a_link_into_another_state_is_not_followed(csca: Entity, signer: Entity) -> None:
    france = root(subject=FRANCE)
    link = root(subject=FRANCE, key=france.key, issuer=csca, extensions=[(NAME_CHANGE, False)])
    assert judge(signer, store(csca, france, link, crls=[revocations(france)])).revocation == "unknown"
    vouched = store(csca, france, crls=[revocations(france)], authorities=[link])
    assert judge(signer, vouched).revocation == "unknown"


def test_an_authority_below_another_cannot_take_the_name_of_the_one_above(csca: Entity, signer: Entity) -> None:
    above = root(path_length=None)
    below = root(subject=name("CSCA Below"), issuer=above, path_length=None)
    impostor = root(subject=name(), issuer=below)
    crls = [revocations(csca, **STALE), revocations(impostor)]  # type: ignore[arg-type]
    assert unknown(judge(signer, store(csca, above, below, impostor, crls=crls)), "stale")


def test_what_lies_beside_a_document_hides_no_revocation(csca: Entity, signer: Entity) -> None:
    new = root()
    link = root(key=new.key, issuer=csca)
    trust = store(csca, link, crls=[revocations(new, signer)])
    beside = [root() for _ in range(8)] + [root(issuer_name=name(), issuer=signer) for _ in range(8)]
    assert judge(signer, trust, extra=beside).revocation == "revoked"


def test_a_forged_list_that_is_not_understood_casts_no_doubt(csca: Entity, signer: Entity) -> None:
    forged = revocations(root(), signer, extensions=DELTA)
    assert judge(signer, store(csca, crls=[revocations(csca), forged])).revocation == "not_revoked"
