"""From a signer to an anchor: whose key, which rules. Certificates by `cryptography`, rules by RFC 5280 and 9303-12."""

from __future__ import annotations

from time import perf_counter, process_time

import ecdsa
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from keys.chain import judge_chain
from keys.chain.search import MAX_EXTRA_BYTES
from keys.deviations import DS_SIGNATURE
from keys.signing import Purpose
from keys.trust import TrustStore
from specs.load import load
from tests.unit.keys.chains import (
    DAY,
    NAME_CHANGE,
    NOW,
    YEAR,
    document_signer,
    judge,
    key,
    name,
    not_passed,
    revocations,
    root,
    said,
    store,
)

NO_LIST = {"chain.crl.missing": "unknown", "chain.revocation": "unknown"}


def test_a_signer_below_a_trusted_root_with_a_fresh_list_leaves_nothing_open() -> None:
    csca = root()
    signer = document_signer(csca)
    judgement = judge(signer, store(csca, crls=[revocations(csca)]))
    assert not_passed(judgement) == {} and judgement.revocation == "not_revoked"
    assert [c.der for c in judgement.path] == [signer.der, csca.der]


def test_of_two_authorities_of_one_name_the_one_whose_key_signed_is_found() -> None:
    first, second = root(), root()
    signer = document_signer(second)
    assert judge(signer, store(first, second)).path[1].der == second.der
    assert not_passed(judge(signer, store(first))) == {"chain.issuer": "unknown"}


def test_a_new_key_is_reached_from_the_old_root_by_its_link_and_from_the_new_root_without() -> None:
    old, new = root(), root()
    link = root(key=new.key, issuer=old)
    signer = document_signer(new)
    for trust, extra, length in (
        (store(old, link), [], 3),
        (store(old), [link], 3),
        (store(new), [link], 2),
        (store(new), [], 2),
    ):
        judgement = judge(signer, trust, extra=extra)
        assert not_passed(judgement) == NO_LIST and len(judgement.path) == length


def test_a_new_name_is_reached_by_a_link_that_says_so_though_the_root_allows_no_authority_below() -> None:
    old, new = root(), root(subject=name("CSCA New Utopia"))
    marked = root(subject=name("CSCA New Utopia"), key=new.key, issuer=old, extensions=[(NAME_CHANGE, False)])
    unmarked = root(subject=name("CSCA New Utopia"), key=new.key, issuer=old)
    signer = document_signer(new)
    assert not_passed(judge(signer, store(old, marked))) == NO_LIST
    assert not_passed(judge(signer, store(old, unmarked))) == NO_LIST | {"chain.path.length": "warning"}


def test_an_authority_below_a_link_that_allows_none_is_one_too_many() -> None:
    old, new = root(), root()
    link = root(key=new.key, issuer=old)
    below = root(subject=name("CSCA Below"), issuer=new)
    found = not_passed(judge(document_signer(below), store(old, link, below)))
    assert found == NO_LIST | {"chain.path.length": "fail"}


def test_a_link_vouched_for_is_an_anchor_and_one_that_merely_lies_there_is_none() -> None:
    old, new = root(), root()
    link = root(key=new.key, issuer=old)
    signer = document_signer(new)
    assert judge(signer, store(authorities=[link])).path[-1].der == link.der
    assert not_passed(judge(signer, store(link))) == {"chain.issuer": "unknown"}


def test_what_one_state_issued_to_another_is_no_anchor_even_when_vouched_for() -> None:
    france = root(subject=name("CSCA France", "FR"))
    impostor = root(issuer=france)  # under Utopia's name
    assert store(authorities=[impostor]).anchors == []
    trust = store(france, authorities=[impostor], crls=[revocations(impostor)])
    assert not_passed(judge(document_signer(impostor), trust))["chain.country"] == "fail"


def test_a_damaged_self_signed_certificate_is_no_anchor_even_when_vouched_for() -> None:
    damaged = root(signer=key())
    assert store(authorities=[damaged]).anchors == [] == store(damaged).anchors


def test_a_root_renewed_with_its_key_is_judged_by_the_certificate_that_holds() -> None:
    expired = root(holds=(NOW - 9 * YEAR, NOW - DAY))
    renewed = root(key=expired.key)
    signer = document_signer(expired)
    for trust in (store(expired, renewed), store(renewed, expired)):
        assert judge(signer, trust).path[-1].der == renewed.der


def test_a_signer_issues_no_signer() -> None:
    csca = root()
    signer = document_signer(csca)
    forged = document_signer(signer, subject=name("Document Signer 2"))
    found = not_passed(judge(forged, store(csca), extra=[signer]))
    assert found["chain.path.basic_constraints"] == found["chain.path.key_usage"] == "fail"


def test_the_name_above_must_be_the_name_of_the_issuer_whatever_case_space_and_order() -> None:
    csca = root(subject=name("CSCA  Utopia", ORGANIZATION_NAME="Ministry"))
    spaced = document_signer(csca, issuer_name=name("csca utopia ", ORGANIZATION_NAME="MINISTRY"))
    reordered = document_signer(csca, issuer_name=x509.Name(reversed(list(csca.certificate.subject))))
    other = document_signer(csca, issuer_name=name("CSCA Elsewhere"))
    trust = store(csca, crls=[revocations(csca)])
    assert not_passed(judge(spaced, trust)) == {}
    assert not_passed(judge(reordered, trust)) == {"chain.path.names": "warning"}
    assert not_passed(judge(other, trust)) == {"chain.path.names": "fail"}


def test_an_unknown_critical_extension_refuses_and_an_uncritical_one_does_not() -> None:
    csca = root()
    trust = store(csca, crls=[revocations(csca)])
    for critical, expected in ((True, {"chain.path.extensions": "fail"}), (False, {})):
        odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        assert not_passed(judge(document_signer(csca, extensions=[(odd, critical)]), trust)) == expected


def test_countries_of_a_path_agree_whatever_their_case() -> None:
    csca = root()
    trust = store(csca, crls=[revocations(csca)])
    assert not_passed(judge(document_signer(csca, subject=name(country="ut")), trust)) == {}
    judgement = judge(document_signer(csca, subject=name(country="XX")), trust)
    assert not_passed(judgement) == {"chain.country": "fail"} and "UT, XX" in said(judgement, "chain.country").reason


def test_a_weak_key_is_a_warning_of_policy() -> None:
    csca = root(key=rsa.generate_private_key(65537, 1024))
    judgement = judge(document_signer(csca), store(csca, crls=[revocations(csca)]))
    assert not_passed(judgement) == {"chain.algorithm": "warning"}
    assert "1024" in next(c for c in judgement.checks if c.id == "chain.algorithm").reason


def test_a_certificate_that_names_a_trusted_key_which_did_not_sign_it_is_forged() -> None:
    csca = root()
    forged = document_signer(csca, signer=key())
    judgement = judge(forged, store(csca))
    assert not_passed(judgement) == {"chain.issuer": "fail"}
    assert said(judgement, "chain.issuer").level == "crypto"
    assert said(judgement, "chain.issuer").deviation == DS_SIGNATURE


def test_a_certificate_under_our_own_name_that_none_of_our_keys_made_is_forged() -> None:
    ours, theirs = (root(subject=name("CSCA Libya", "LY")) for _ in range(2))
    forged = document_signer(theirs, subject=name("Document Signer", "LY"))
    assert not_passed(judge(forged, store(ours)))["chain.issuer"] == "fail"
    assert not_passed(judge(forged, store()))["chain.issuer"] == "unknown"


def test_what_lies_beside_a_forgery_does_not_hide_it() -> None:
    for country, common in (("LY", "CSCA Libya"), ("UT", "CSCA Utopia")):
        csca, forger = root(subject=name(common, country)), root(subject=name("CSCA Other", country))
        impostor = root(subject=name(common, country), issuer=forger)
        forged = document_signer(impostor, subject=name("Document Signer", country), claimed=csca)
        assert not_passed(judge(forged, store(csca)))["chain.issuer"] == "fail"
        assert not_passed(judge(forged, store(csca), extra=[impostor]))["chain.issuer"] == "fail"


def test_a_root_of_ours_that_allows_no_authority_below_it_means_it() -> None:
    for country, result in (("LY", "fail"), ("UT", "warning")):
        old = root(subject=name("CSCA Old", country))
        below = root(subject=name("CSCA Below", country), issuer=old)
        signer = document_signer(below, subject=name("Document Signer", country))
        judged = judge(signer, store(old, below, crls=[revocations(old), revocations(below)]))
        assert not_passed(judged) == {"chain.path.length": result}


def test_a_foreign_signer_may_be_of_wider_use_but_never_an_authority() -> None:
    csca = root()
    trust = store(csca, crls=[revocations(csca)])
    wider = document_signer(csca, usage=("digital_signature", "content_commitment"))
    authority = document_signer(csca, usage=("digital_signature", "crl_sign"))
    assert not_passed(judge(wider, trust)) == {"chain.purpose": "warning"}
    assert not_passed(judge(authority, trust)) == {"chain.purpose": "fail"}
    master_list = document_signer(
        csca, extensions=[(x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.23.136.1.1.3")]), True)]
    )
    assert not_passed(judge(master_list, trust)) == {"chain.purpose": "fail"}


def test_unreadable_certificates_beside_the_signer_change_nothing() -> None:
    csca = root()
    signer, trust = document_signer(csca), store(csca)
    extra = (b"", b"\x30\x80", csca.der[:-1])
    judged = judge_chain(signer.der, Purpose.document_signer, trust, NOW, extra, pki=load().pki_profiles)
    assert not_passed(judged) == NO_LIST


def test_of_certificates_beside_the_signer_a_bounded_number_of_bytes_is_looked_at() -> None:
    old, new = root(), root()
    link = root(key=new.key, issuer=old)
    signer, trust, pki = document_signer(new), store(old), load().pki_profiles
    heavy = bytes(MAX_EXTRA_BYTES - len(link.der))
    for extra, expected in (((heavy, link.der), "pass"), ((heavy, b"\0", link.der), "unknown")):
        judged = judge_chain(signer.der, Purpose.document_signer, trust, NOW, extra, pki=pki)
        assert said(judged, "chain.issuer").result == expected


def test_a_tangle_of_certificates_ends_in_time() -> None:
    """Four keys certify one another under four names each: 4^7 paths, none to an anchor."""
    keys = [key() for _ in range(4)]
    holders = [root(key=k, subject=name(f"Tangle {i}")) for i, k in enumerate(keys)]
    knot = [
        root(subject=name(f"Tangle {j}"), key=keys[j], issuer=holders[(j + i) % 4]) for j in range(4) for i in range(4)
    ]
    signer = document_signer(knot[0])
    trust = store(root())
    begun = perf_counter()
    assert not_passed(judge(signer, trust, extra=knot))["chain.issuer"] == "unknown"
    assert perf_counter() - begun < 0.5


def test_keys_that_are_slow_to_compute_end_in_time_too() -> None:
    """Sixteen authorities of the issuer's name beside the signer, each with a key of 512 bits computed in Python."""
    csca = root()
    curve = ecdsa.BRAINPOOLP512t1
    ecdsa.SigningKey.generate(curve).sign(b"the tables of the curve are made once")
    slow = []
    for _ in range(16):
        written = asn1_x509.Certificate.load(root(subject=csca.certificate.subject).der)
        spki = ecdsa.SigningKey.generate(curve).verifying_key.to_der()
        written["tbs_certificate"]["subject_public_key_info"] = asn1_keys.PublicKeyInfo.load(spki)
        slow.append(written.dump(force=True))
    for signer, trust, expected in (
        (document_signer(csca), store(), "unknown"),
        (document_signer(csca), store(csca), "pass"),
        (document_signer(root(), issuer_name=csca.certificate.subject), store(csca), "unknown"),
    ):
        begun = process_time()
        judged = judge_chain(signer.der, Purpose.document_signer, trust, NOW, slow, pki=load().pki_profiles)
        assert process_time() - begun < 0.15
        assert said(judged, "chain.issuer").result == expected
        assert expected == "pass" or "too many" in said(judged, "chain.issuer").reason


def test_what_was_found_with_one_trust_is_not_said_with_another() -> None:
    csca, other = root(), root()
    signer = document_signer(csca)
    for _ in range(2):
        assert said(judge(signer, store(csca)), "chain.issuer").result == "pass"
        assert said(judge(signer, store(other)), "chain.issuer").result == "unknown"


@given(st.binary(max_size=600))
def test_any_bytes_for_a_certificate_get_checks(data: bytes) -> None:
    judged = judge_chain(data, Purpose.document_signer, TrustStore(), NOW, (data,), pki=load().pki_profiles)
    assert [check.id for check in judged.checks] == ["chain.certificate"] and judged.path == ()


@pytest.mark.parametrize("purpose", [Purpose.csca, Purpose.services_root])
def test_a_root_is_its_own_path(purpose: Purpose) -> None:
    csca = root()
    judged = judge_chain(csca.der, purpose, store(csca), NOW, pki=load().pki_profiles)
    assert (len(judged.path), judged.revocation, not_passed(judged)) == (1, "unknown", {})
