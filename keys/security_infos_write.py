"""SecurityInfos as we write them (Doc 9303-11 §9.2): what EF.DG14 and EF.CardAccess of our chips say.

Writes only; `keys.security_infos` reads, and shares nothing with this but the names of the protocols.
"""

from __future__ import annotations

from typing import Final

from keys.encode import encode, oid, tlv

_SEQUENCE, _SET = 0x30, 0x31
_PACE_VERSION: Final = 2
_ACTIVE_VERSION: Final = 1
_ACTIVE: Final = "2.23.136.1.1.5"
PACE_PROTOCOLS: Final = {
    "PACE-ECDH-GM-AES-CBC-CMAC-128": "0.4.0.127.0.7.2.2.4.2.2",
    "PACE-ECDH-GM-AES-CBC-CMAC-192": "0.4.0.127.0.7.2.2.4.2.3",
    "PACE-ECDH-GM-AES-CBC-CMAC-256": "0.4.0.127.0.7.2.2.4.2.4",
}
"""Those that need no key of the chip's own (BSI TR-03110-3 A.1.1.1)."""
ACTIVE_SIGNATURES: Final = {
    "ecdsa-plain-SHA256": "0.4.0.127.0.7.1.1.4.1.3",
    "ecdsa-plain-SHA384": "0.4.0.127.0.7.1.1.4.1.4",
}
"""Plain signatures r || s (BSI TR-03111 §5.2.1.1)."""


def pace_info(protocol: str, parameter_id: int) -> bytes:
    """PACEInfo of a name of `PACE_PROTOCOLS` over standardised domain parameters. Raises KeyError."""
    return tlv(_SEQUENCE, encode(oid(PACE_PROTOCOLS[protocol])), encode(_PACE_VERSION), encode(parameter_id))


def active_authentication_info(signature: str) -> bytes:
    """ActiveAuthenticationInfo, which ECDSA needs and RSA has not; a name of `ACTIVE_SIGNATURES`. Raises KeyError."""
    return tlv(_SEQUENCE, encode(oid(_ACTIVE)), encode(_ACTIVE_VERSION), encode(oid(ACTIVE_SIGNATURES[signature])))


def security_infos(*infos: bytes) -> bytes:
    """The SET OF these, in the order of DER: its bytes are what EF.SOD digests."""
    return tlv(_SET, *sorted(infos))
