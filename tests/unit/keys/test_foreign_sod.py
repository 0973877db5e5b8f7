"""What other States write otherwise in an EF.SOD: made here with asn1crypto, judged by name and level."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from keys.algorithms import HASHES
from keys.encode import tlv
from keys.trust import TrustStore
from keys.verdict import Verdict
from keys.verify import verify_sod

AT = datetime(2026, 11, 22, tzinfo=UTC)
GROUPS = {1: b"\x61\x03one", 2: b"\x75\x03two"}
LDS = "2.23.136.1.1.1"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    key: Key
    certificate: bytes


@cache
def holder(kind: str = "ec", name: str = "DS 1") -> Holder:
    """A document signer of Utopia that nobody trusts."""
    key: Key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 4711, AT - timedelta(9), AT + timedelta(999))
    held = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Holder(key, held.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def made_by(key: Key, signed: bytes, name: str = "sha256") -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), HASHES[name])
    return key.sign(signed, ec.ECDSA(HASHES[name]))


def content(hash_name: str = "sha256", version: int = 0) -> bytes:
    digests = b"".join(
        tlv(0x30, bytes((2, 1, n)), tlv(4, hashlib.new(hash_name, file).digest())) for n, file in GROUPS.items()
    )
    return tlv(0x30, bytes((2, 1, version)), algos.DigestAlgorithm({"algorithm": hash_name}).dump(), tlv(0x30, digests))


def attributes(held: bytes, kind: str = LDS, hash_name: str = "sha256", more: Sequence[bytes] = ()) -> list[bytes]:
    """Each a whole element, in the order of DER."""
    digest = hashlib.new(hash_name, held).digest()
    two = [
        tlv(0x30, core.ObjectIdentifier("1.2.840.113549.1.9.3").dump(), tlv(0x31, core.ObjectIdentifier(kind).dump())),
        tlv(0x30, core.ObjectIdentifier("1.2.840.113549.1.9.4").dump(), tlv(0x31, tlv(4, digest))),
    ]
    return sorted((*two, *more))


def signer_info(who: Holder, held: bytes, **other: Any) -> bytes:
    """other: attributes (list or None), sid, digest, algorithm, sign (what is signed instead)."""
    listed = other.get("attributes", attributes(held))
    signed = held if listed is None else tlv(0x31, *sorted(listed))
    certificate = asn1_x509.Certificate.load(who.certificate)
    sid = tlv(0x30, certificate.issuer.dump(), certificate["tbs_certificate"]["serial_number"].dump())
    scheme = "sha256_rsa" if isinstance(who.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
    return tlv(
        0x30,
        bytes((2, 1, other.get("version", 1))),
        other.get("sid", sid),
        algos.DigestAlgorithm({"algorithm": other.get("digest", "sha256")}).dump(),
        b"" if listed is None else tlv(0xA0, *listed),
        algos.SignedDigestAlgorithm({"algorithm": other.get("algorithm", scheme)}).dump(),
        tlv(4, made_by(who.key, other.get("sign", signed), other.get("hash", "sha256"))),
    )


def message(
    infos: Sequence[bytes], certificates: Sequence[bytes], held: bytes, kind: str = LDS, declared: str = "sha256"
) -> bytes:
    digest = algos.DigestAlgorithm({"algorithm": declared}).dump()
    inside = tlv(0x30, core.ObjectIdentifier(kind).dump(), tlv(0xA0, tlv(4, held)))
    signed = tlv(0x30, b"\x02\x01\x03", tlv(0x31, digest), inside, tlv(0xA0, *certificates), tlv(0x31, *infos))
    return tlv(0x30, cms.ContentType("signed_data").dump(), tlv(0xA0, signed))


def sod(**other: Any) -> bytes:
    who = other.pop("who", holder())
    held = other.pop("held", content())
    kind = other.pop("kind", LDS)
    certificates = other.pop("certificates", [who.certificate])
    return tlv(
        0x77, message([signer_info(who, held, **other)], certificates, held, kind, other.get("digest", "sha256"))
    )


def judge(data: bytes, trust: TrustStore | None = None) -> Verdict:
    return verify_sod(data, GROUPS, trust or TrustStore(), AT)


def found(verdict: Verdict, *results: str) -> set[str]:
    ignored = ("sod.version", "sod.digest_form", "sod.digest_form.2", "sod.hash_null")
    return {
        c.id
        for c in verdict.checks
        if c.result in results and c.id.startswith(("sod.", "policy.")) and c.id not in ignored
    }


HOLDS = {"sod.digest", "sod.signature", "sod.data_group.1", "sod.data_group.2"}


def test_the_plain_form_has_no_finding() -> None:
    for kind in ("ec", "rsa"):
        verdict = judge(sod(who=holder(kind)))
        assert found(verdict, "pass") >= HOLDS and not found(verdict, "fail", "unknown", "warning")


def test_a_signer_named_by_key_identifier_is_found() -> None:
    key_id = asn1_x509.Certificate.load(holder().certificate).key_identifier
    verdict = judge(sod(sid=tlv(0x80, key_id), version=3))
    assert found(verdict, "pass") >= HOLDS and found(verdict, "warning") == {"sod.signer_id"}


def _named(*parts: bytes, serial: int = 4711) -> bytes:
    return tlv(0x30, tlv(0x30, *parts), core.Integer(serial).dump())


COUNTRY = tlv(0x31, tlv(0x30, bytes.fromhex("0603550406"), tlv(0x13, b"UT")))


def common_name(tag: int, name: bytes) -> bytes:
    return tlv(0x31, tlv(0x30, bytes.fromhex("0603550403"), tlv(tag, name)))


@pytest.mark.parametrize(
    "sid",
    [
        _named(common_name(0x0C, b"DS 1"), COUNTRY),
        _named(COUNTRY, common_name(0x13, b"ds  1")),
        _named(COUNTRY, common_name(0x1E, "DS 1".encode("utf-16-be"))),
        _named(COUNTRY, common_name(0x14, b"DS 1")),
        _named(COUNTRY, common_name(0x0C, b"someone else"), serial=1),  # only the key tells
    ],
    ids=["order", "case and spaces", "BMPString", "TeletexString", "another name"],
)
def test_a_signer_named_otherwise_is_found_and_the_finding_says_so(sid: bytes) -> None:
    decoy = holder("ec", "DS 2").certificate
    verdict = judge(sod(sid=sid, certificates=[decoy, holder().certificate]))
    assert found(verdict, "pass") >= HOLDS and not found(verdict, "fail", "unknown")
    assert found(verdict, "warning") == {"sod.certificate", "sod.certificates"}


def test_a_certificate_that_is_not_inside_is_looked_for_among_the_trusted() -> None:
    bare = sod(certificates=[])
    assert found(judge(bare), "unknown") == {"sod.signature"}
    verdict = judge(bare, TrustStore((holder().certificate,)))
    assert found(verdict, "pass") >= HOLDS and found(verdict, "warning") == {"sod.certificate"}


def test_attributes_in_another_order_hold_over_their_der() -> None:  # RFC 5652 §5.4
    listed = attributes(content())
    verdict = judge(sod(attributes=listed[::-1]))
    assert found(verdict, "pass") >= HOLDS and not found(verdict, "fail", "unknown")
    assert found(verdict, "warning") == {"sod.cms.attribute_order", "sod.signature_form"}
    as_sent = judge(sod(attributes=listed[::-1], sign=tlv(0x31, *listed[::-1])))
    assert found(as_sent, "pass") >= HOLDS and found(as_sent, "warning") == {"sod.cms.attribute_order"}


def test_unknown_signed_attributes_are_kept_under_the_signature() -> None:
    strange = tlv(0x30, core.ObjectIdentifier("1.2.3.4.5").dump(), tlv(0x31, tlv(0x0C, b"?")))
    verdict = judge(sod(attributes=attributes(content(), more=[strange])))
    assert found(verdict, "pass") >= HOLDS and found(verdict, "warning") == {"sod.attributes"}


def test_without_signed_attributes_the_signature_is_over_the_content_and_the_form_at_fault() -> None:
    verdict = judge(sod(attributes=None))
    assert found(verdict, "fail") == {"sod.attributes_absent"} and "sod.signature" in found(verdict, "pass")
    assert "sod.digest" not in found(verdict, "pass")  # there is none to judge
    wrong = judge(sod(attributes=None, sign=b"other"))
    assert found(wrong, "fail") == {"sod.attributes_absent", "sod.signature"}


def test_a_content_type_other_than_the_signed_one_is_a_forgery() -> None:
    verdict = judge(sod(kind="1.2.840.113549.1.7.1"))
    assert found(verdict, "fail") == {"sod.content_type_signed"} and verdict.levels()["crypto"] == "invalid"


@pytest.mark.parametrize("kind", ["1.3.27.1.1.1", "1.2.528.1.1006.1.20.1", "1.2.840.113549.1.7.1"])
def test_content_types_in_use_are_named_and_others_refused(kind: str) -> None:
    verdict = judge(sod(kind=kind, attributes=attributes(content(), kind)))
    assert found(verdict, "pass") >= HOLDS and found(verdict, "warning") == {"sod.content_type"}
    other = judge(sod(kind="1.2.3.4", attributes=attributes(content(), "1.2.3.4")))
    assert found(other, "fail") == {"sod.content_type"} and found(other, "pass") >= HOLDS


def test_the_three_digests_are_independent() -> None:
    """SHA-512 over the groups, SHA-384 over the object, SHA-256 in the signature."""
    held = content("sha512")
    listed = attributes(held, hash_name="sha384")
    verdict = judge(sod(held=held, attributes=listed, digest="sha384"))
    assert found(verdict, "pass") >= HOLDS and not found(verdict, "fail", "unknown")


def test_rsa_encryption_takes_its_hash_from_the_digest_algorithm() -> None:
    held = content()
    listed = attributes(held, hash_name="sha512")
    verdict = judge(
        sod(who=holder("rsa"), attributes=listed, digest="sha512", algorithm="rsassa_pkcs1v15", hash="sha512")
    )
    assert found(verdict, "pass") >= HOLDS


def test_sha_1_is_a_matter_of_policy() -> None:
    held = content("sha1")
    listed = attributes(held, hash_name="sha1")
    verdict = judge(sod(held=held, attributes=listed, digest="sha1", algorithm="sha1_ecdsa", hash="sha1"))
    assert found(verdict, "pass") >= HOLDS and not found(verdict, "fail", "unknown")
    assert found(verdict, "warning") == {"policy.weak_signature", "policy.weak_data_groups"}


def test_a_signature_algorithm_of_another_kind_of_key_is_a_forgery() -> None:
    verdict = judge(sod(algorithm="sha256_rsa"))
    assert found(verdict, "fail") == {"sod.signature"} and "sod.digest" in found(verdict, "pass")


def test_of_two_signers_each_is_judged_and_one_that_fails_is_named() -> None:
    held, one, two = content(), holder(), holder("rsa", "DS 2")
    both = [one.certificate, two.certificate]
    good = judge(tlv(0x77, message([signer_info(one, held), signer_info(two, held)], both, held)))
    assert {"sod.signature", "sod.signature.2", "sod.digest.2"} <= found(good, "pass")
    assert found(good, "warning") == {"sod.signers", "sod.certificates"} and not found(good, "fail")
    bad = judge(tlv(0x77, message([signer_info(one, held), signer_info(two, held, sign=b"other")], both, held)))
    assert found(bad, "fail") == {"sod.signature.2"} and "sod.signature" in found(bad, "pass")
    none = judge(tlv(0x77, message([], both, held)))
    assert "sod.signers" in found(none, "fail")


def indefinite(data: bytes) -> bytes:
    """The same element with every constructed part of indefinite length (X.690 §8.1.3.6)."""
    tag, head = data[0], 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    if not tag & 0x20:
        return data
    parts, at = [], head
    while at < len(data):
        size = 2 + (data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0)
        length = int.from_bytes(data[at + 2 : at + size], "big") if data[at + 1] & 0x80 else data[at + 1]
        parts.append(indefinite(data[at : at + size + length]))
        at += size + length
    return bytes((tag, 0x80)) + b"".join(parts) + b"\x00\x00"


def test_ber_of_indefinite_lengths_holds() -> None:
    """The whole file: signed attributes and the certificate come in BER too, and hold over their DER."""
    verdict = judge(indefinite(sod()))
    assert found(verdict, "pass") >= HOLDS and not found(verdict, "fail", "unknown")
    assert found(verdict, "warning") == {"sod.cms.ber", "sod.signature_form", "sod.signer.encoding.ber"}


def test_content_in_segments_is_one_octet_string() -> None:  # X.690 §8.7.3
    held = content()
    whole = sod()
    segments = b"\x24\x80" + tlv(4, held[:7]) + tlv(4, held[7:]) + b"\x00\x00"
    kind = core.ObjectIdentifier(LDS).dump()
    inside = b"\x30\x80" + kind + b"\xa0\x80" + segments + b"\x00\x00\x00\x00"
    info = cms.ContentInfo.load(whole[3:] if whole[1] == 0x81 else whole[4:])
    parts = info["content"]
    body = b"\x30\x80" + parts["version"].dump() + parts["digest_algorithms"].dump() + inside
    body += parts["certificates"].dump() + parts["signer_infos"].dump() + b"\x00\x00"
    data = tlv(0x77, b"\x30\x80" + cms.ContentType("signed_data").dump() + b"\xa0\x80" + body + b"\x00\x00\x00\x00")
    verdict = judge(data)
    assert found(verdict, "pass") >= HOLDS and found(verdict, "warning") == {"sod.cms.ber"}


def test_a_group_that_is_not_listed_is_not_covered() -> None:
    verdict = verify_sod(sod(), {**GROUPS, 14: b"\x6e\x00"}, TrustStore(), AT)
    assert found(verdict, "unknown") == {"sod.data_group.14"}


def test_one_fault_does_not_hide_the_next() -> None:
    held = content(version=7)
    listed = attributes(b"another", "1.2.3.4")
    verdict = judge(sod(held=held, attributes=listed, sign=b"other", version=9) + b"\x00")
    assert {c.id for c in verdict.failed() if c.id.startswith("sod.")} == {
        "sod.file.trailing",
        "sod.version",
        "sod.signer_version",
        "sod.digest",
        "sod.content_type_signed",
        "sod.signature",
    }
