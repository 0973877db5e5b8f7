"""NIST PKITS (the certificates and lists that ship with `cryptography-vectors`): what RFC 5280 wants of a path.

Expectations are those of the PKITS document, §4.1 to §4.16 (checked against the table pyHanko keeps of it). One store
holds every authority and every list, so that the path is searched for and not handed over. The usages of the signer
are not PKITS' subject: `chain.purpose` is left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from keys.chain import judge_chain
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Verdict

cryptography_vectors = pytest.importorskip("cryptography_vectors", reason="NIST PKITS is not installed")
AT: Final = datetime(2026, 11, 22, tzinfo=UTC)
ANCHOR: Final = "TrustAnchorRootCertificate"

# test of PKITS | signer | the check that must say no; `-` for a path that is valid
APPLIES: Final = """
4.1.1   ValidCertificatePathTest1EE                            -
4.1.2   InvalidCASignatureTest2EE                              chain.issuer
4.1.3   InvalidEESignatureTest3EE                              chain.issuer
4.1.4   ValidDSASignaturesTest4EE                              -
4.1.6   InvalidDSASignatureTest6EE                             chain.issuer
4.2.1   InvalidCAnotBeforeDateTest1EE                          chain.validity
4.2.2   InvalidEEnotBeforeDateTest2EE                          chain.validity
4.2.3   Validpre2000UTCnotBeforeDateTest3EE                    -
4.2.4   ValidGeneralizedTimenotBeforeDateTest4EE               -
4.2.5   InvalidCAnotAfterDateTest5EE                           chain.validity
4.2.6   InvalidEEnotAfterDateTest6EE                           chain.validity
4.2.7   Invalidpre2000UTCEEnotAfterDateTest7EE                 chain.validity
4.2.8   ValidGeneralizedTimenotAfterDateTest8EE                -
4.3.1   InvalidNameChainingTest1EE                             chain.path.names
4.3.3   ValidNameChainingWhitespaceTest3EE                     -
4.3.4   ValidNameChainingWhitespaceTest4EE                     -
4.3.5   ValidNameChainingCapitalizationTest5EE                 -
4.3.6   ValidNameUIDsTest6EE                                   -
4.3.7   ValidRFC3280MandatoryAttributeTypesTest7EE             -
4.3.8   ValidRFC3280OptionalAttributeTypesTest8EE              -
4.3.9   ValidUTF8StringEncodedNamesTest9EE                     -
4.3.10  ValidRolloverfromPrintableStringtoUTF8StringTest10EE   -
4.3.11  ValidUTF8StringCaseInsensitiveMatchTest11EE            -
4.4.1   InvalidMissingCRLTest1EE                               chain.crl.issuer
4.4.2   InvalidRevokedCATest2EE                                chain.revocation
4.4.3   InvalidRevokedEETest3EE                                chain.revocation
4.4.4   InvalidBadCRLSignatureTest4EE                          chain.crl.signature
4.4.5   InvalidBadCRLIssuerNameTest5EE                         chain.crl.issuer
4.4.6   InvalidWrongCRLTest6EE                                 chain.crl.issuer
4.4.7   ValidTwoCRLsTest7EE                                    -
4.4.8   InvalidUnknownCRLEntryExtensionTest8EE                 chain.crl.scope
4.4.9   InvalidUnknownCRLExtensionTest9EE                      chain.crl.scope
4.4.10  InvalidUnknownCRLExtensionTest10EE                     chain.crl.scope
4.4.11  InvalidOldCRLnextUpdateTest11EE                        chain.crl.stale
4.4.12  Invalidpre2000CRLnextUpdateTest12EE                    chain.crl.stale
4.4.13  ValidGeneralizedTimeCRLnextUpdateTest13EE              -
4.4.14  ValidNegativeSerialNumberTest14EE                      -
4.4.15  InvalidNegativeSerialNumberTest15EE                    chain.revocation
4.4.16  ValidLongSerialNumberTest16EE                          -
4.4.17  ValidLongSerialNumberTest17EE                          -
4.4.18  InvalidLongSerialNumberTest18EE                        chain.revocation
4.4.19  ValidSeparateCertificateandCRLKeysTest19EE             -
4.4.20  InvalidSeparateCertificateandCRLKeysTest20EE           chain.revocation
4.4.21  InvalidSeparateCertificateandCRLKeysTest21EE           chain.crl.signature
4.5.1   ValidBasicSelfIssuedOldWithNewTest1EE                  -
4.5.2   InvalidBasicSelfIssuedOldWithNewTest2EE                chain.revocation
4.5.3   ValidBasicSelfIssuedNewWithOldTest3EE                  -
4.5.4   ValidBasicSelfIssuedNewWithOldTest4EE                  -
4.5.5   InvalidBasicSelfIssuedNewWithOldTest5EE                chain.revocation
4.5.6   ValidBasicSelfIssuedCRLSigningKeyTest6EE               -
4.5.7   InvalidBasicSelfIssuedCRLSigningKeyTest7EE             chain.revocation
4.5.8   InvalidBasicSelfIssuedCRLSigningKeyTest8EE             chain.path.basic_constraints
4.6.1   InvalidMissingbasicConstraintsTest1EE                  chain.path.basic_constraints
4.6.2   InvalidcAFalseTest2EE                                  chain.path.basic_constraints
4.6.3   InvalidcAFalseTest3EE                                  chain.path.basic_constraints
4.6.4   ValidbasicConstraintsNotCriticalTest4EE                -
4.6.5   InvalidpathLenConstraintTest5EE                        chain.path.length
4.6.6   InvalidpathLenConstraintTest6EE                        chain.path.length
4.6.7   ValidpathLenConstraintTest7EE                          -
4.6.8   ValidpathLenConstraintTest8EE                          -
4.6.9   InvalidpathLenConstraintTest9EE                        chain.path.length
4.6.10  InvalidpathLenConstraintTest10EE                       chain.path.length
4.6.11  InvalidpathLenConstraintTest11EE                       chain.path.length
4.6.12  InvalidpathLenConstraintTest12EE                       chain.path.length
4.6.13  ValidpathLenConstraintTest13EE                         -
4.6.14  ValidpathLenConstraintTest14EE                         -
4.6.15  ValidSelfIssuedpathLenConstraintTest15EE               -
4.6.16  InvalidSelfIssuedpathLenConstraintTest16EE             chain.path.length
4.6.17  ValidSelfIssuedpathLenConstraintTest17EE               -
4.7.1   InvalidkeyUsageCriticalkeyCertSignFalseTest1EE         chain.path.key_usage
4.7.2   InvalidkeyUsageNotCriticalkeyCertSignFalseTest2EE      chain.path.key_usage
4.7.3   ValidkeyUsageNotCriticalTest3EE                        -
4.7.4   InvalidkeyUsageCriticalcRLSignFalseTest4EE             chain.crl.signature
4.7.5   InvalidkeyUsageNotCriticalcRLSignFalseTest5EE          chain.crl.signature
4.16.1  ValidUnknownNotCriticalCertificateExtensionTest1EE     -
4.16.2  InvalidUnknownCriticalCertificateExtensionTest2EE      chain.path.extensions
"""
ROWS: Final = [row.split() for row in APPLIES.strip().splitlines()]

# Why the others do not apply; whatever PKITS calls invalid is still never called valid here.
DOES_NOT_APPLY: Final = {
    r"ValidDSAParameterInheritance": "4.1.5: a key that inherits its DSA parameters; no State has one",
    r"NameChainingOrder": "4.3.2: met in issued passports; a signer under a reordered name is found, with a warning",
    r"Polic|UserNotice|CPSPointer": "4.8 to 4.12: Doc 9303-12 table 6 forbids constraints of policies; never computed",
    r"nameConstraints": "4.13: forbidden by Doc 9303-12 table 6; never computed",
    r"distributionPoint|DistributionPoint|onlyContains|onlySomeReasons": "4.14: a CSCA issues one complete list",
    r"IDPwithindirect|cRLIssuer": "4.14: indirect lists; a CSCA signs its own",
    r"deltaCRL": "4.15: forbidden by Doc 9303-12 table 7",
}
INVALID_POLICIES: Final = {4, 5, 7, 8, 9, 12}  # of DifferentPoliciesTest<n>EE, with PKITS' default settings


@pytest.fixture(scope="module")
def signers() -> dict[str, bytes]:
    return {stem: der for stem, der in _files("certs").items() if stem.endswith("EE")}


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    authorities = tuple(der for stem, der in _files("certs").items() if not stem.endswith("EE"))
    return TrustStore(authorities, tuple(_files("crls").values()))


def _files(folder: str) -> dict[str, bytes]:
    root = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / folder
    return {path.stem: path.read_bytes() for path in sorted(root.iterdir())}


def _verdict(signer: bytes, trust: TrustStore) -> Verdict:
    judged = judge_chain(signer, Purpose.document_signer, trust, AT)
    return Verdict.of(check for check in judged.checks if check.id != "chain.purpose")


def test_only_the_trust_anchor_is_an_anchor(trust: TrustStore) -> None:
    assert [anchor.der for anchor in trust.anchors] == [_files("certs")[ANCHOR]]


@pytest.mark.parametrize(("number", "signer", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_path_is_judged_as_pkits_says(
    signers: dict[str, bytes], trust: TrustStore, number: str, signer: str, expected: str
) -> None:
    verdict = _verdict(signers[signer], trust)
    said_no = [check.id for check in verdict.checks if check.result in ("fail", "unknown")]
    if expected == "-":
        assert (verdict.status, said_no) == ("valid", [])
    else:
        assert verdict.status != "valid"
        assert expected in said_no


def test_every_signer_of_pkits_is_in_the_table_or_does_not_apply(signers: dict[str, bytes]) -> None:
    listed = {row[1] for row in ROWS}
    others = {stem for stem in signers if stem not in listed}
    assert {s for s in others if not any(re.search(why, s) for why in DOES_NOT_APPLY)} == set()
    assert listed <= signers.keys()
    assert len(listed) + len(others) == len(signers)


def test_what_does_not_apply_is_never_valid_when_pkits_calls_it_invalid(
    signers: dict[str, bytes], trust: TrustStore
) -> None:
    listed = {row[1] for row in ROWS}
    policies = {f"DifferentPoliciesTest{n}EE" for n in INVALID_POLICIES}
    invalid = [s for s in signers if s not in listed and (s.startswith("Invalid") or s in policies)]
    assert len(invalid) == 78
    called_valid = {s for s in invalid if _verdict(signers[s], trust).status == "valid"}
    assert called_valid == {"InvalidNameChainingOrderTest2EE"}


def test_a_name_in_another_order_is_warned_of(signers: dict[str, bytes], trust: TrustStore) -> None:
    verdict = _verdict(signers["InvalidNameChainingOrderTest2EE"], trust)
    assert [check.id for check in verdict.checks if check.result == "warning"] == ["chain.path.names"]
