"""Certificates and revocation lists of a declared world, sound or broken as declared, by `cryptography`'s builders.

Shares no code with `keys`: what is judged there is made here by another's hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import algos as asn1_algos
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
DOCUMENT_TYPES = x509.ObjectIdentifier("2.23.136.1.1.6.2")
NAME_CHANGE = x509.ObjectIdentifier("2.23.136.1.1.6.1")
DEVIATION_LIST_SIGNING = x509.ObjectIdentifier("2.23.136.1.1.8")
SEAL_SIGNING = x509.ObjectIdentifier("2.23.136.1.1.11.1")


@dataclass(frozen=True)
class Holder:
    """A certificate and its private key. declared: its entry in the world's file."""

    declared: Mapping[str, Any]
    certificate: x509.Certificate
    der: bytes
    key: PrivateKey
    scheme: str


def moment(value: object) -> datetime:
    """A day of a YAML file as midnight UTC; a time with its zone as it stands."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    assert isinstance(value, date), value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


@lru_cache(maxsize=256)
def private_key(kind: str, label: str) -> PrivateKey:
    """The key of that label, made once a run: RSA keys take long."""
    if kind.startswith("rsa-"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[4:]))
    return ec.generate_private_key(CURVES[kind])


def sign(key: PrivateKey, scheme: str, data: bytes) -> bytes:
    """scheme: `ecdsa-sha256`, `rsa-sha1` (PKCS #1 v1.5), `rsa-pss-sha256` (salt as long as the hash)."""
    family, _, name = scheme.rpartition("-")
    algorithm = HASHES[name]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(algorithm))
    return key.sign(data, _padding(family, algorithm), algorithm)


def _padding(family: str, algorithm: hashes.HashAlgorithm) -> padding.PSS | padding.PKCS1v15:
    return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size) if family == "rsa-pss" else padding.PKCS1v15()


def build_certificates(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, Holder]:
    """Every certificate of the world by its name there. One declared before its issuer is an error of the file.

    An entry: subject {country, name}, issuer (a name of this world; absent: itself), key (`P-256`, `rsa-3072`),
    shared_key (the entry whose key it carries), scheme (how its key signs), from, until, key_until; for authorities
    path_length and name_change; for document signers types; purpose `seal` or `deviation_list` for such signers;
    explicit: EC parameters; names_key_of: the certificate whose key the authority key identifier names, in untruth.
    """
    made: dict[str, Holder] = {}
    for name, entry in declared.items():
        made[name] = _certificate(name, entry, made)
    return made


def _certificate(name: str, entry: Mapping[str, Any], made: Mapping[str, Holder]) -> Holder:
    kind = entry["key"]
    key = private_key(kind, entry.get("shared_key", name))
    scheme = entry.get("scheme", f"{'rsa-pss' if kind.startswith('rsa') else 'ecdsa'}-sha256")
    issuer = made.get(entry.get("issuer", ""))
    issuer_key, issuer_scheme = (issuer.key, issuer.scheme) if issuer else (key, scheme)
    issuer_scheme = entry.get("signed_with", issuer_scheme)
    subject = _name(entry["subject"])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .serial_number(entry.get("serial") or _serial(name))
        .not_valid_before(moment(entry["from"]))
        .not_valid_after(moment(entry["until"]))
        .public_key(key.public_key())
    )
    for extension, critical in _extensions(entry, key, issuer_key, made):
        builder = builder.add_extension(extension, critical)
    certificate = _signed(builder, issuer_key, issuer_scheme.replace("sha1", "sha256"))
    der = certificate.public_bytes(Encoding.DER)
    explicit = entry.get("explicit", True) and isinstance(key, ec.EllipticCurvePrivateKey)
    if explicit or issuer_scheme.endswith("sha1"):
        der = _signed_anew(der, key if explicit else None, issuer_key, issuer_scheme)
    return Holder(entry, certificate, der, key, scheme)


def _extensions(
    entry: Mapping[str, Any], key: PrivateKey, issuer_key: PrivateKey, made: Mapping[str, Holder]
) -> list[tuple[x509.ExtensionType, bool]]:
    """Doc 9303-12 table 6 for CSCA root, link, document signer and bar code signer."""
    named = made[entry["names_key_of"]].key if "names_key_of" in entry else issuer_key
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(named.public_key())
    if entry.get("purpose") == "seal":
        return [(authority_key, False), (x509.ExtendedKeyUsage([SEAL_SIGNING]), True)]
    lists = entry.get("purpose") == "deviation_list"
    authority = "types" not in entry and not lists
    place = x509.Name([x509.NameAttribute(NameOID.LOCALITY_NAME, entry.get("state", "UTO"))])
    names = [x509.DirectoryName(place), x509.RFC822Name("csca@utopia.example")]
    key_until = moment(entry.get("key_until", entry["until"]))
    found: list[tuple[x509.ExtensionType, bool]] = [
        (authority_key, False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (_key_usage(authority), True),
        (x509.PrivateKeyUsagePeriod(moment(entry["from"]), key_until), False),
        (x509.SubjectAlternativeName(names), False),
        (x509.IssuerAlternativeName(names), False),
        (x509.CRLDistributionPoints([_crl_address()]), False),
    ]
    if lists:
        found.append((x509.ExtendedKeyUsage([DEVIATION_LIST_SIGNING]), True))
    elif authority:
        found.append((x509.BasicConstraints(ca=True, path_length=entry.get("path_length", 0)), True))
    elif entry["types"] is not None:
        found.append((x509.UnrecognizedExtension(DOCUMENT_TYPES, _document_types(entry["types"])), False))
    if entry.get("name_change"):
        found.append((x509.UnrecognizedExtension(NAME_CHANGE, b"\x05\x00"), False))
    return found


def _key_usage(authority: bool) -> x509.KeyUsage:
    others = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return x509.KeyUsage(
        digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, decipher_only=False, **others
    )


def _crl_address() -> x509.DistributionPoint:
    address = x509.UniformResourceIdentifier("https://pkddownload1.icao.int/CRLs/UTO.crl")
    return x509.DistributionPoint([address], None, None, None)


def _document_types(types: list[str]) -> bytes:
    """SEQUENCE { INTEGER 0, SET OF PrintableString } (Doc 9303-12 §7.1), by hand."""
    entries = sorted(bytes((0x13, len(code))) + code.encode() for code in types)
    listed = b"".join(entries)
    inside = b"\x02\x01\x00" + bytes((0x31, len(listed))) + listed
    return bytes((0x30, len(inside))) + inside


def _name(subject: Mapping[str, str]) -> x509.Name:
    countries = [subject[key] for key in ("country", "other_country") if key in subject]
    held = [x509.NameAttribute(NameOID.COUNTRY_NAME, country) for country in countries]
    if "organization" in subject:
        held.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject["organization"]))
    return x509.Name([*held, x509.NameAttribute(NameOID.COMMON_NAME, subject["name"])])


def _serial(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1 | 1


def _signed(builder: x509.CertificateBuilder, key: PrivateKey, scheme: str) -> x509.Certificate:
    family, _, digest = scheme.rpartition("-")
    rsa_padding = _padding(family, HASHES[digest]) if isinstance(key, rsa.RSAPrivateKey) else None
    return builder.sign(key, HASHES[digest], rsa_padding=rsa_padding)  # type: ignore[arg-type]


def _signed_anew(der: bytes, explicit: PrivateKey | None, issuer_key: PrivateKey, scheme: str) -> bytes:
    """The certificate with what `cryptography` does not write: a curve spelt out with its cofactor, SHA-1."""
    held = asn1_x509.Certificate.load(der)
    if isinstance(explicit, ec.EllipticCurvePrivateKey):
        algorithm = asn1_keys.PublicKeyAlgorithm({"algorithm": "ec", "parameters": explicit_parameters(explicit.curve)})
        held["tbs_certificate"]["subject_public_key_info"]["algorithm"] = algorithm
    if scheme.endswith("sha1"):
        named = {"algorithm": "sha1_ecdsa" if scheme.startswith("ecdsa") else "sha1_rsa"}
        held["tbs_certificate"]["signature"] = held["signature_algorithm"] = asn1_algos.SignedDigestAlgorithm(named)
    held["signature_value"] = sign(issuer_key, scheme, held["tbs_certificate"].dump(force=True))
    return bytes(held.dump(force=True))


def explicit_parameters(curve: ec.EllipticCurve) -> asn1_keys.ECDomainParameters:
    """SpecifiedECDomain of a NIST curve (a = -3, cofactor 1); figures: SEC 2 v2 and FIPS 186."""
    p, b, x, y, n = _FIGURES[curve.name]
    octets = (curve.key_size + 7) // 8
    return asn1_keys.ECDomainParameters(
        name="specified",
        value=asn1_keys.SpecifiedECDomain(
            {
                "version": 1,
                "field_id": {"field_type": "prime_field", "parameters": p},
                "curve": {"a": (p - 3).to_bytes(octets, "big"), "b": b.to_bytes(octets, "big")},
                "base": asn1_keys.ECPoint(b"\x04" + x.to_bytes(octets, "big") + y.to_bytes(octets, "big")),
                "order": n,
                "cofactor": 1,
            }
        ),
    )


def build_revocation_list(entry: Mapping[str, Any], made: Mapping[str, Holder]) -> bytes:
    """A complete list. An entry: issuer, made, next, revoked {name of certificate: day}, number; signed_by: another."""
    issuer = made[entry["issuer"]]
    signer = made[entry.get("signed_by", entry["issuer"])]
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(moment(entry["made"]))
        .next_update(moment(entry["next"]))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), False)
        .add_extension(x509.CRLNumber(entry.get("number", 1)), False)
    )
    for name, day in (entry.get("revoked") or {}).items():
        revoked = x509.RevokedCertificateBuilder().serial_number(made[name].certificate.serial_number)
        builder = builder.add_revoked_certificate(revoked.revocation_date(moment(day)).build())
    family, _, digest = signer.scheme.rpartition("-")
    rsa_padding = _padding(family, HASHES[digest]) if isinstance(signer.key, rsa.RSAPrivateKey) else None
    crl = builder.sign(signer.key, HASHES[digest], rsa_padding=rsa_padding)  # type: ignore[arg-type]
    return crl.public_bytes(Encoding.DER)


# p, b, Gx, Gy, n
_FIGURES = {
    "secp256r1": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    "secp384r1": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    ),
}
