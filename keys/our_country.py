"""Whether a certificate speaks for our own State: what only our key ring may vouch for, and no list of another State.

Every spelling counts: any of the country attributes, either of our two codes, any case or string type, the alternative
name too. Compares names only; it says nothing about who made the certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from keys.der import SEQUENCE, DerError, Reader, context
from keys.names import prepared
from keys.x509 import COUNTRY, Certificate, NameAttribute, read_certificate, read_name
from specs.schema.pki import Names

_LOCALITY: Final = "2.5.4.7"


def speaks_for_us(der: bytes, names: Names) -> bool:
    """Whether the subject of this certificate is of our State. Raises `DerError` when it is no certificate."""
    return _speaks_for(der, frozenset((names.country_code.casefold(), names.mrz_country_code.casefold())))


@lru_cache(maxsize=4_096)
def _speaks_for(der: bytes, codes: frozenset[str]) -> bool:
    certificate = read_certificate(der)
    written = [a for a in certificate.subject if a.oid == COUNTRY]
    written += [a for a in _alternative(certificate) if a.oid in (COUNTRY, _LOCALITY)]
    return any(spelling in codes for attribute in written for spelling in _spellings(attribute))


def _alternative(certificate: Certificate) -> Iterable[NameAttribute]:
    """The attributes of the directory names of the subject's alternative name, as far as they can be read."""
    held = certificate.extension("subject_alternative_name")
    found: list[NameAttribute] = []
    try:
        for tag, general in Reader(held.value).enter(SEQUENCE).rest() if held else ():
            if tag == context(4):
                found += read_name(Reader(general).enter(tag).whole(SEQUENCE), [])
    except DerError:
        pass  # the subject decides then: no verifier takes its country from a name that cannot be read
    return found


def _spellings(attribute: NameAttribute) -> Iterable[str]:
    """The value, and what its octets say when it stands as hexadecimal because its string type is unknown."""
    yield prepared(attribute.value)
    try:
        octets = bytes.fromhex(attribute.value)
    except ValueError:
        return
    yield prepared(octets.replace(b"\0", b"").decode("latin-1"))
