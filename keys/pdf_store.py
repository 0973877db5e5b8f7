"""Read the document security store (DSS) of a signed PDF of our own: certificates and revocation lists, unjudged.

For a file whose signature held: the store stands in the signed update. Any other bytes are a `DerError`, never more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from keys.der import DerError

_MOST: Final = 16  # certificates, and lists: a store of ours has three or four, and one
_TABLE: Final = re.compile(
    rb"xref\n((?:\d{1,7} 1\n\d{10} 00000 n \n){1,64})trailer\n<<[^\n]{0,2000}/Root (\d{1,7}) 0 R"
)
_ROW: Final = re.compile(rb"(\d{1,7}) 1\n(\d{10}) 00000 n \n")
_END: Final = re.compile(rb"\nstartxref\n(\d{1,10})\n%%EOF\n$")
_STORE: Final = re.compile(rb"<</Type/DSS/Certs\[([0-9R ]{0,400})\]/CRLs\[([0-9R ]{0,400})\]>>")
_STREAM: Final = re.compile(rb"<</Length (\d{1,8})>>\nstream\n")


@dataclass(frozen=True, slots=True)
class SecurityStore:
    """certificates, crls: DER, as embedded."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]


def read_store(pdf: bytes) -> SecurityStore | None:
    """The store that the newest update of the file names; None when it names none. Raises `DerError`."""
    end = _END.search(pdf, max(0, len(pdf) - 64))
    table = _TABLE.match(pdf, int(end[1])) if end else None
    if table is None:
        raise DerError("no cross-reference table as we write it")
    offsets = {int(row[1]): int(row[2]) for row in _ROW.finditer(table[1])}
    catalog = _object(pdf, offsets, int(table[2]), 0)
    catalog = catalog[: catalog.find(b"\nendobj\n")]
    named = re.findall(rb"/DSS (\d{1,7}) 0 R", catalog)
    if not named:
        return None
    store = _STORE.match(_object(pdf, offsets, int(named[0]), 1000))
    if len(named) != 1 or store is None:
        raise DerError("a document security store of another form")
    certificates, crls = (re.findall(rb"(\d{1,7}) 0 R", store[i]) for i in (1, 2))
    if len(certificates) > _MOST or len(crls) > _MOST:
        raise DerError("more certificates or lists than any store of ours")
    return SecurityStore(
        tuple(_stream(pdf, offsets, int(n)) for n in certificates), tuple(_stream(pdf, offsets, int(n)) for n in crls)
    )


def _object(pdf: bytes, offsets: dict[int, int], number: int, most: int) -> bytes:
    """What follows the head of object `number`, at most `most` bytes of it; 0: up to the length of any catalog."""
    at, head = offsets.get(number, -1), b"%d 0 obj\n" % number
    if at < 0 or not pdf.startswith(head, at):
        raise DerError(f"object {number} is not in the update")
    return pdf[at + len(head) : at + len(head) + (most or 65_536)]


def _stream(pdf: bytes, offsets: dict[int, int], number: int) -> bytes:
    head = _STREAM.match(_object(pdf, offsets, number, 64))
    if head is None:
        raise DerError(f"object {number} is no plain stream")
    start = offsets[number] + len(b"%d 0 obj\n" % number) + head.end()
    data = pdf[start : start + int(head[1])]
    if not pdf.startswith(b"\nendstream\nendobj\n", start + len(data)) or len(data) != int(head[1]):
        raise DerError(f"object {number} does not end as it says")
    return data
