"""Deviation lists of a declared world (Doc 9303-12 §10), by asn1crypto: sound, or broken as declared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from asn1crypto import cms, core, x509

from tests.pki.certificates import Holder, moment, sign
from tests.pki.security_object import digest_algorithm, signature_algorithm

DEVIATION_LIST = "2.23.136.1.1.7"


class _Description(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("description", core.PrintableString, {"optional": True}),
        ("deviation", core.ObjectIdentifier),
        ("about", core.Integer, {"explicit": 0, "optional": True}),
    ]


class _Descriptions(core.SetOf):  # type: ignore[misc]
    _child_spec = _Description


class _Numbers(core.SetOf):  # type: ignore[misc]
    _child_spec = core.PrintableString


class _Documents(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("document_type", core.PrintableString, {"implicit": 0, "optional": True}),
        ("key_identifier", core.OctetString, {"implicit": 2, "optional": True}),
        ("numbers", _Numbers, {"implicit": 5, "optional": True}),
    ]


class _Entry(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("documents", _Documents), ("descriptions", _Descriptions)]


class _Entries(core.SetOf):  # type: ignore[misc]
    _child_spec = _Entry


class _List(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("version", core.Integer), ("entries", _Entries)]


def build_deviation_list(declared: Mapping[str, Any], holders: Mapping[str, Holder]) -> bytes:
    """The whole message. declared: signer, signed (its time), entries of documents {document_type, numbers, signer}
    and descriptions {deviation, about}; signed_by: whose key signs instead of the signer's.
    """
    signer = holders[declared["signer"]]
    entries = [_entry(entry, holders) for entry in declared["entries"]]
    content = _List({"version": 0, "entries": entries}).dump()
    inside = [signer, *([holders[signer.declared["issuer"]]] if "issuer" in signer.declared else [])]
    key = holders[declared.get("signed_by", declared["signer"])]
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": [DEVIATION_LIST]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            {"type": "signing_time", "values": [cms.Time("utc_time", core.UTCTime(moment(declared["signed"])))]},
        ]
    )
    info = cms.SignerInfo(
        {
            "version": "v3",
            "sid": cms.SignerIdentifier("subject_key_identifier", _key_identifier(signer)),
            "digest_algorithm": digest_algorithm("sha256"),
            "signed_attrs": attributes,
            "signature_algorithm": signature_algorithm(signer.scheme),
            "signature": sign(key.key, key.scheme, attributes.untag().dump()),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [digest_algorithm("sha256")],
            "encap_content_info": cms.EncapsulatedContentInfo({"content_type": DEVIATION_LIST, "content": content}),
            "certificates": [cms.CertificateChoices("certificate", x509.Certificate.load(h.der)) for h in inside],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _entry(declared: Mapping[str, Any], holders: Mapping[str, Holder]) -> dict[str, Any]:
    named = dict(declared["documents"])
    if (signer := named.pop("signer", None)) is not None:
        named["key_identifier"] = _key_identifier(holders[signer])
    return {"documents": named, "descriptions": [dict(one) for one in declared["descriptions"]]}


def _key_identifier(holder: Holder) -> bytes:
    held = x509.Certificate.load(holder.der).key_identifier
    assert isinstance(held, bytes)
    return held
