"""What a State uploads to the ICAO public key directory, as LDIF: document signers, CRL, master and deviation lists.

CSCA certificates travel in master lists only. The tree and its names are those of the PKD's own downloads; what the PKD
calls a deviation list there is not public, so that name is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from keys.crl import read_crl
from keys.lists.deviation_list import read_deviation_list
from keys.lists.ldif import write
from keys.lists.master_list import read_master_list
from keys.lists.signed_list import SignedList
from keys.x509 import NameAttribute, read_certificate, read_name
from specs.schema.pki import Pki

Record = tuple[str, Sequence[tuple[str, bytes | str]]]
_TYPES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
}
_SPECIAL: Final = frozenset('\\",+<>;=')


def pkd_ldif(
    pki: Pki,
    *,
    signers: Iterable[bytes] = (),
    crls: Iterable[bytes] = (),
    master_lists: Iterable[bytes] = (),
    deviation_lists: Iterable[bytes] = (),
) -> Iterator[bytes]:
    """The file, piece by piece, of these objects (DER). Raises `DerError` for one that cannot be read."""
    state = f"c={pki.names.country_code},{pki.directory.base}"
    records: list[Record] = []
    records += [_signer(der, f"o=dsc,{state}") for der in signers]
    records += [_crl(der, f"o=crl,{state}") for der in crls]
    for der in master_lists:
        place = f"o=ml,{state}"
        records.append(_list(read_master_list(der, pki).message, der, place, ("pkdMasterList", "pkdMasterListContent")))
    for der in deviation_lists:
        named = "pkdDeviationList", "pkdDeviationListContent"
        records.append(_list(read_deviation_list(der, pki).message, der, f"o=dl,{state}", named))
    return write([*_tree(pki, state, records), *records])


def name_text(attributes: Sequence[NameAttribute]) -> str:
    """A distinguished name as RFC 4514 writes it, most specific part first."""
    return ",".join(f"{_TYPES.get(a.oid, a.oid)}={_escaped(a.value)}" for a in reversed(attributes))


def _tree(pki: Pki, state: str, records: Sequence[Record]) -> Iterator[Record]:
    """The places the records hang at, from the root of the download down."""
    first = pki.directory.base.partition(",")[0].partition("=")[2]
    yield pki.directory.base, [("objectClass", "top"), ("objectClass", "domain"), ("dc", first)]
    yield state, [("objectClass", "top"), ("objectClass", "country"), ("c", pki.names.country_code)]
    held = {dn.removesuffix(f",{state}").rpartition(",o=")[2] for dn, _ in records}
    for place in ("dsc", "crl", "ml", "dl"):
        if place in held:
            yield f"o={place},{state}", [("objectClass", "top"), ("objectClass", "organization"), ("o", place)]


def _signer(der: bytes, place: str) -> Record:
    held = read_certificate(der)
    issuer, serial = name_text(held.issuer), f"{held.serial:X}"
    classes = ("inetOrgPerson", "pkdDownload", "organizationalPerson", "top", "person")
    return f"cn={_escaped(issuer)}+sn={serial},{place}", [
        ("userCertificate;binary", der),
        ("sn", serial),
        ("cn", issuer),
        *(("objectClass", name) for name in classes),
    ]


def _crl(der: bytes, place: str) -> Record:
    issuer = name_text(read_name(read_crl(der).issuer_der))
    return f"cn={_escaped(issuer)},{place}", [
        ("certificateRevocationList;binary", der),
        ("cn", issuer),
        *(("objectClass", name) for name in ("top", "cRLDistributionPoint", "pkdDownload")),
    ]


def _list(held: SignedList, der: bytes, place: str, named: tuple[str, str]) -> Record:
    issuer = name_text(held.signer.issuer) if held.signer else ""
    return f"cn={_escaped(issuer)},{place}", [
        (named[1], der),
        ("sn", "1"),
        ("cn", issuer),
        *(("objectClass", name) for name in ("top", "person", named[0], "pkdDownload")),
    ]


def _escaped(value: str) -> str:
    """RFC 4514 §2.4."""
    text = "".join(f"\\{c}" if c in _SPECIAL else c for c in value)
    if text[:1] in (" ", "#"):
        text = f"\\{text}"
    if text.endswith(" ") and len(text) > 1:
        text = f"{text[:-1]}\\ "
    return text.replace("\0", "\\00")
