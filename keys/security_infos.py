"""SecurityInfos: what EF.DG14 and EF.CardAccess say a chip can do, and the keys it does it with (Doc 9303-11 §9.2).

Reads, and never writes: the bytes received are what the security object hashes, in whatever order they stand. Protocols
nobody here knows are kept by their identifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from keys.der import INTEGER, OID, SEQUENCE, SET, DerError, Reader, dotted, integer

_BSI: Final = "0.4.0.127.0.7.2.2."
PK_DH, PK_ECDH = f"{_BSI}1.1", f"{_BSI}1.2"
TERMINAL_AUTHENTICATION: Final = f"{_BSI}2"
CHIP_AUTHENTICATION: Final = f"{_BSI}3"
PACE: Final = f"{_BSI}4"
ACTIVE_AUTHENTICATION: Final = "2.23.136.1.1.5"
_CIPHERS: Final = {1: "3DES-CBC-CBC", 2: "AES-CBC-CMAC-128", 3: "AES-CBC-CMAC-192", 4: "AES-CBC-CMAC-256"}
_AGREEMENTS: Final = {1: "DH", 2: "ECDH"}
_MAPPINGS: Final = {1: "DH-GM", 2: "ECDH-GM", 3: "DH-IM", 4: "ECDH-IM", 6: "ECDH-CAM"}
_NAMES: Final = {
    PK_DH: "PK-DH",
    PK_ECDH: "PK-ECDH",
    TERMINAL_AUTHENTICATION: "TA",
    ACTIVE_AUTHENTICATION: "AA",
    **{f"{CHIP_AUTHENTICATION}.{a}": f"CA-{agreed}" for a, agreed in _AGREEMENTS.items()},
    **{
        f"{CHIP_AUTHENTICATION}.{a}.{c}": f"CA-{agreed}-{cipher}"
        for a, agreed in _AGREEMENTS.items()
        for c, cipher in _CIPHERS.items()
    },
    **{f"{PACE}.{m}": f"PACE-{mapping}" for m, mapping in _MAPPINGS.items()},
    **{
        f"{PACE}.{m}.{c}": f"PACE-{mapping}-{cipher}"
        for m, mapping in _MAPPINGS.items()
        for c, cipher in _CIPHERS.items()
    },
}
STANDARD_PARAMETERS: Final = {
    0: "MODP 1024/160",
    1: "MODP 2048/224",
    2: "MODP 2048/256",
    8: "P-192",
    9: "brainpoolP192r1",
    10: "P-224",
    11: "brainpoolP224r1",
    12: "P-256",
    13: "brainpoolP256r1",
    14: "brainpoolP320r1",
    15: "P-384",
    16: "brainpoolP384r1",
    17: "brainpoolP512r1",
    18: "P-521",
}
"""Standardised domain parameters by number (Doc 9303-11 §9.5.1)."""
MAXIMUM_OCTETS: Final = 32_768
MAXIMUM_INFOS: Final = 64
Kind = Literal["pace", "pace_parameters", "chip_authentication", "key", "terminal_authentication", "active", "other"]


@dataclass(frozen=True, slots=True)
class SecurityInfo:
    """One entry. encoded: its bytes as received. What a kind does not have is None.

    parameter_id: of PACE; key_id: of chip authentication; key: SubjectPublicKeyInfo as it stands; algorithm: dotted, of
    the signatures of active authentication.
    """

    protocol: str
    kind: Kind
    encoded: bytes
    version: int | None = None
    parameter_id: int | None = None
    key_id: int | None = None
    key: bytes | None = None
    algorithm: str | None = None

    @property
    def name(self) -> str:
        """`CA-ECDH-AES-CBC-CMAC-128`, or the dotted identifier of what has no name here."""
        return _NAMES.get(self.protocol, self.protocol)


def read_security_infos(data: bytes) -> tuple[SecurityInfo, ...]:
    """The entries of the SET `data`, in the order received. Raises `DerError`."""
    if len(data) > MAXIMUM_OCTETS:
        raise DerError(f"more than {MAXIMUM_OCTETS} bytes of SecurityInfos")
    outer = Reader(data)
    held = outer.enter(SET)
    outer.done()
    found: list[SecurityInfo] = []
    while held.more():
        if len(found) == MAXIMUM_INFOS:
            raise DerError(f"more than {MAXIMUM_INFOS} SecurityInfos")
        found.append(_read(held.whole(SEQUENCE)))
    return tuple(found)


def _read(encoded: bytes) -> SecurityInfo:
    outer = Reader(encoded)
    reader = outer.enter(SEQUENCE)
    protocol = dotted(reader.content(OID))
    kind = _kind(protocol)
    if kind == "key":
        key = reader.whole(SEQUENCE)
        held = SecurityInfo(protocol, kind, encoded, key=key, key_id=_optional(reader))
    elif kind == "pace":
        version = reader.integer()
        held = SecurityInfo(protocol, kind, encoded, version, parameter_id=_optional(reader))
    elif kind == "chip_authentication":
        version = reader.integer()
        held = SecurityInfo(protocol, kind, encoded, version, key_id=_optional(reader))
    elif kind == "active":
        version = reader.integer()
        held = SecurityInfo(protocol, kind, encoded, version, algorithm=dotted(reader.content(OID)))
    else:  # version first in every one known; what follows it is the protocol's own
        version_or_none = reader.integer() if reader.peek() == INTEGER else None
        return SecurityInfo(protocol, kind, encoded, version_or_none)
    reader.done()
    return held


def _kind(protocol: str) -> Kind:
    below, depth = protocol.rpartition(".")[0], protocol.count(".")
    if protocol in (PK_DH, PK_ECDH):
        return "key"
    if protocol == ACTIVE_AUTHENTICATION:
        return "active"
    if protocol == TERMINAL_AUTHENTICATION:
        return "terminal_authentication"
    if below.startswith(f"{CHIP_AUTHENTICATION}.") and depth == _DEPTH:
        return "chip_authentication"
    if below.startswith(f"{PACE}.") and depth == _DEPTH:
        return "pace"
    return "pace_parameters" if below == PACE else "other"


_DEPTH: Final = CHIP_AUTHENTICATION.count(".") + 2


def _optional(reader: Reader) -> int | None:
    """An INTEGER that may be missing: a key or parameter identifier."""
    return integer(reader.content(INTEGER)) if reader.more() else None
