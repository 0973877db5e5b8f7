"""Distinguished names made comparable (RFC 5280 §7.1): what two encoders wrote differently and mean alike.

Case, white space and the string type do not count. The order of the attributes does: `unordered` is the second try,
for issuers that write one name in two orders. Compares only; a name proves nothing, the key that signed does.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from keys.x509 import COUNTRY, read_name

MAX_NAME_BYTES = 4_096
NormalisedName = tuple[tuple[str, str], ...]


@lru_cache(maxsize=4_096)
def normalised(name_der: bytes) -> NormalisedName:
    """(dotted attribute type, prepared value) in the order written. Raises `DerError`.

    A name too long to be prepared still equals itself, byte for byte.
    """
    if len(name_der) > MAX_NAME_BYTES:
        return (("", name_der.hex()),)
    return tuple((a.oid, prepared(a.value)) for a in read_name(name_der, []))


def unordered(name_der: bytes) -> NormalisedName:
    """The same with the attributes sorted. Raises `DerError`."""
    return tuple(sorted(normalised(name_der)))


def same(one: bytes, other: bytes) -> bool:
    """Whether two encoded names are one name in one order. Raises `DerError`."""
    return one == other or normalised(one) == normalised(other)


def country(name_der: bytes) -> str:
    """The country a name gives, case folded; empty when it gives none. Raises `DerError`."""
    return dict(normalised(name_der)).get(COUNTRY, "")


def prepared(value: str) -> str:
    """Compatibility characters, case and runs of white space folded (RFC 4518 §2, as far as it decides equality)."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
