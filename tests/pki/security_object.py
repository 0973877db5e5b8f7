"""EF.SOD of a declared chip, by asn1crypto: sound, or broken in the one way its declaration says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, x509

from tests.pki.certificates import Holder, moment, sign
from tests.pki.tlv import tlv

LDS_OBJECT = "2.23.136.1.1.1"


class _Digest(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("number", core.Integer), ("digest", core.OctetString)]


class _Digests(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Digest


class _Versions(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("lds", core.PrintableString), ("unicode", core.PrintableString)]


class _LdsObject(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("version", core.Integer),
        ("hash", algos.DigestAlgorithm),
        ("digests", _Digests),
        ("versions", _Versions, {"optional": True}),
    ]


def build_security_object(
    declared: Mapping[str, Any], groups: Mapping[int, bytes], holders: Mapping[str, Holder]
) -> bytes:
    """The whole EF.SOD. declared: signers (names of certificates), hash (of the data groups), digest (of the content).

    And what is out of order: without (numbers not listed), claimed_scheme (what SignerInfo says, not what was done),
    signing_time, signed_content_type (the attribute), certificates (names inside; default: the signers'),
    named_otherwise (signers whose SignerInfo states another serial number than their certificate).
    """
    name = declared["hash"]
    listed = {n: data for n, data in groups.items() if n not in declared.get("without", ())}
    content = _LdsObject(
        {
            "version": 1,
            "hash": digest_algorithm(name),
            "digests": [
                {"number": n, "digest": hashlib.new(name, data).digest()} for n, data in sorted(listed.items())
            ],
            "versions": {"lds": "0108", "unicode": "040000"},
        }
    ).dump()
    inside = [holders[s] for s in declared.get("certificates", declared["signers"])]
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [digest_algorithm(declared.get("digest", name))],
            "encap_content_info": cms.EncapsulatedContentInfo({"content_type": LDS_OBJECT, "content": content}),
            "certificates": [cms.CertificateChoices("certificate", x509.Certificate.load(h.der)) for h in inside],
            "signer_infos": [_signer(declared, s, holders[s], content) for s in declared["signers"]],
        }
    )
    return tlv(0x77, cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _signer(declared: Mapping[str, Any], signer: str, holder: Holder, content: bytes) -> cms.SignerInfo:
    name = declared.get("digest", declared["hash"])
    attributes = cms.CMSAttributes(_attributes(declared, hashlib.new(name, content).digest()))
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {
                    "issuer": x509.Name.load(holder.certificate.issuer.public_bytes()),
                    "serial_number": holder.certificate.serial_number + (signer in declared.get("named_otherwise", ())),
                },
            ),
            "digest_algorithm": digest_algorithm(name),
            "signed_attrs": attributes,
            "signature_algorithm": signature_algorithm(declared.get("claimed_scheme", holder.scheme)),
            "signature": sign(holder.key, holder.scheme, attributes.untag().dump()),
        }
    )


def _attributes(declared: Mapping[str, Any], digest: bytes) -> Sequence[Mapping[str, Any]]:
    kind = declared.get("signed_content_type", LDS_OBJECT)
    held: list[Mapping[str, Any]] = [
        {"type": "content_type", "values": [kind]},
        {"type": "message_digest", "values": [digest]},
    ]
    if (at := declared.get("signing_time")) is not None:
        held.append({"type": "signing_time", "values": [cms.Time("utc_time", _utc(at))]})
    return held


def _utc(at: object) -> core.UTCTime:
    when: datetime = moment(at)
    return core.UTCTime(when)


def digest_algorithm(name: str) -> algos.DigestAlgorithm:
    """Without NULL, as Doc 9303-12 §4.2 wants it; asn1crypto by itself writes one."""
    return algos.DigestAlgorithm.load(tlv(0x30, algos.DigestAlgorithmId(name).dump()))


def signature_algorithm(scheme: str) -> algos.SignedDigestAlgorithm:
    """`ecdsa-sha256`, `rsa-sha1`, `rsa-pss-sha256` as an AlgorithmIdentifier."""
    family, _, name = scheme.rpartition("-")
    if family == "ecdsa":
        return algos.SignedDigestAlgorithm({"algorithm": f"{name}_ecdsa"})
    if family == "rsa":
        return algos.SignedDigestAlgorithm({"algorithm": f"{name}_rsa"})
    return algos.SignedDigestAlgorithm(
        {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": name},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": name}},
                "salt_length": hashlib.new(name).digest_size,
            },
        }
    )
