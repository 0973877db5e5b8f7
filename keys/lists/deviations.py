"""What a deviation list says (Doc 9303-12 §10.2): which documents, what is wrong with them. Values and their reading.

Tags are implicit, as the German list of 2018 writes them; a parameter is open, so its tag stands around it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from keys.der import (
    GENERALIZED_TIME,
    INTEGER,
    OID,
    PRINTABLE_STRING,
    SEQUENCE,
    SET,
    DerError,
    Reader,
    context,
    dotted,
    integer,
    text,
    time,
)
from specs.schema.lists import DeviationListLimits

SYNTAX: Final = "Doc 9303-12 §10.2"
_MAX_DESCRIPTIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Documents:
    """Which documents are meant: every condition given must be met. issued: first and last moment of issuance.

    The signer is named by (issuer DER, serial), by its key identifier, or by the digest of its certificate.
    """

    document_type: str = ""
    issuer_and_serial: tuple[bytes, int] | None = None
    key_identifier: bytes | None = None
    certificate_digest: bytes | None = None
    issued: tuple[datetime, datetime] | None = None
    numbers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """One deviation. deviation: dotted OID; text: free words; parameter, national_use: DER as they stand, or empty."""

    deviation: str
    text: str = ""
    parameter: bytes = b""
    national_use: bytes = b""

    @property
    def field(self) -> int | str | None:
        """The parameter as a number (data group, MRZ field, certificate field) or as the OID of an extension."""
        if not self.parameter:
            return None
        tag, content = self.parameter[0], self.parameter[2:]
        if tag == INTEGER:
            return integer(content)
        return dotted(content) if tag == OID else None


@dataclass(frozen=True, slots=True)
class Deviation:
    documents: Documents
    descriptions: tuple[Description, ...]


def read_content(content: bytes, limits: DeviationListLimits) -> tuple[int, str, tuple[Deviation, ...]]:
    """(version, digest algorithm, deviations) of an encoded DeviationList. Raises `DerError`."""
    outer = Reader(content)
    body = outer.enter(SEQUENCE)
    outer.done()
    version, algorithm = body.integer(), ""
    if body.peek() == SEQUENCE:
        algorithm = dotted(body.enter(SEQUENCE).content(OID))
    held = body.enter(SET)
    body.done()
    found: list[Deviation] = []
    numbers_left = limits.maximum_document_numbers
    while held.more():
        found.append(_deviation(held.enter(SEQUENCE), numbers_left))
        numbers_left -= len(found[-1].documents.numbers or ())
        if len(found) > limits.maximum_deviations:
            raise DerError(f"more than {limits.maximum_deviations} deviations")
    return version, algorithm, tuple(found)


def _deviation(reader: Reader, most_numbers: int) -> Deviation:
    documents, held = _documents(reader.enter(SEQUENCE), most_numbers), reader.enter(SET)
    reader.done()
    descriptions = []
    while held.more():
        descriptions.append(_description(held.enter(SEQUENCE)))
        if len(descriptions) > _MAX_DESCRIPTIONS:
            raise DerError(f"more than {_MAX_DESCRIPTIONS} descriptions of one deviation")
    return Deviation(documents, tuple(descriptions))


def _documents(reader: Reader, most_numbers: int) -> Documents:
    """DeviationDocuments, tags implicit: as the German list writes them."""
    found = Documents()
    if reader.peek() == context(0, constructed=False):
        found = replace(found, document_type=text(PRINTABLE_STRING, reader.content(context(0, constructed=False))))
    if reader.peek() == context(1):
        named = reader.enter(context(1))
        found = replace(found, issuer_and_serial=(named.whole(SEQUENCE), named.integer()))
        named.done()
    elif reader.peek() == context(2, constructed=False):
        found = replace(found, key_identifier=reader.content(context(2, constructed=False)))
    elif reader.peek() == context(3, constructed=False):
        found = replace(found, certificate_digest=reader.content(context(3, constructed=False)))
    if reader.peek() == context(4):
        period = reader.enter(context(4))
        first, last = (time(GENERALIZED_TIME, period.content(GENERALIZED_TIME)) for _ in range(2))
        period.done()
        found = replace(found, issued=(first, last))
    if reader.peek() == context(5):
        found = replace(found, numbers=_numbers(reader.enter(context(5)), most_numbers))
    reader.done()
    return found


def _numbers(reader: Reader, most: int) -> frozenset[str]:
    found: set[str] = set()
    while reader.more():
        found.add(text(PRINTABLE_STRING, reader.content(PRINTABLE_STRING)))
        if len(found) > most:
            raise DerError(f"more than {most} document numbers")
    return frozenset(found)


def _description(reader: Reader) -> Description:
    words = text(PRINTABLE_STRING, reader.content(PRINTABLE_STRING)) if reader.peek() == PRINTABLE_STRING else ""
    kind = dotted(reader.content(OID))
    parameter = reader.content(context(0)) if reader.peek() == context(0) else b""
    national = reader.content(context(1)) if reader.peek() == context(1) else b""
    reader.done()
    for held in (parameter, national):
        if held:
            inner = Reader(held)
            inner.whole()
            inner.done()
    return Description(kind, words, parameter, national)
