"""What files offer for trust: certificates, revocation lists and signed lists, recognised by content, read bounded.

Says what is there; believes none of it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from keys.crl import MAX_CRL_BYTES, read_crl
from keys.der import DerError
from keys.lists.deviation_list import DEVIATION_LIST
from keys.lists.ldif import Entry, entries
from keys.lists.master_list import MASTER_LIST
from keys.signed_data import read_signed_data
from keys.x509 import read_certificate
from specs.errors import Fault
from specs.schema.pki import Pki

if TYPE_CHECKING:
    import hashlib

FoundKind = Literal["certificate", "crl", "master_list", "deviation_list"]
SUFFIXES: Final = (".cer", ".crt", ".der", ".pem", ".crl", ".ml", ".dl", ".dvl", ".ldif")
_LIST_KINDS: Final[dict[str, FoundKind]] = {
    MASTER_LIST.content_type: "master_list",
    DEVIATION_LIST.content_type: "deviation_list",
}
DIRECTORY_ATTRIBUTES: Final = (
    "userCertificate",
    "cACertificate",
    "certificateRevocationList",
    "pkdMasterListContent",
    "CscaMasterListData",
    "pkdDeviationListContent",
)
_PEM: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\r?\n(.*?)-----END \1-----", re.DOTALL)
_CLAUSE: Final = "Doc 9303-12 §8"
_BLANK: Final = b"\xef\xbb\xbf \r\n"
_MAX_FILES: Final = 10_000
_MAX_PEM_OBJECTS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """One object. where: its place in the file, for a person; from_directory: an LDIF said it, nobody vouches.

    sha256: its name in an archive, once it was put there.
    """

    kind: FoundKind
    der: bytes
    where: str = ""
    from_directory: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """An object that is none of the four, or cannot be read; the rest of its file stands."""

    where: str
    reason: str


def files_under(paths: Iterable[Path], refused: list[Fault]) -> Iterator[Path]:
    """The files named, and those with a known suffix under the directories named; what is not there is refused."""
    count = 0
    for path in paths:
        if path.is_dir():
            held = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        elif path.is_file():
            held = [path]
        else:
            refused.append(
                Fault(
                    "trust.import.missing",
                    f"لا ملف هنا: {path}",
                    f"no such file: {path}",
                    field=path.name,
                    clause=_CLAUSE,
                )
            )
            continue
        for file in held:
            count += 1
            if count > _MAX_FILES:
                words = f"أكثر من {_MAX_FILES} ملف", f"more than {_MAX_FILES} files"
                refused.append(Fault("trust.import.files", *words, field=path.name, clause=_CLAUSE))
                return
            yield file


def contents(path: Path, pki: Pki, digest: hashlib._Hash) -> Iterator[Found | Unrecognised]:
    """Every object of one file, whose bytes go into `digest`. Raises `OSError`, and `DerError` for a broken file.

    An LDIF is read entry by entry; any other file as a whole, up to the largest list allowed.
    """
    limit = max(pki.master_list.maximum_bytes, pki.deviation_list.maximum_bytes, MAX_CRL_BYTES)
    with path.open("rb") as file:
        start = file.read(64)
        file.seek(0)
        if is_directory(start):
            yield from _directory(path, pki)
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
            return
        data = file.read(2 * limit + 1)
    if len(data) > 2 * limit:
        raise DerError(f"larger than {2 * limit} bytes")
    digest.update(data)
    if start.lstrip(_BLANK).startswith(b"-----BEGIN "):
        yield from _pem(data)
    else:
        yield recognised(data)


def is_directory(start: bytes) -> bool:
    """Whether bytes that begin so are an LDIF."""
    return start.lstrip(_BLANK)[:1] in (b"d", b"D", b"v", b"#")


def recognised(der: bytes, where: str = "", *, from_directory: bool = False) -> Found | Unrecognised:
    """What these bytes are."""
    try:
        read_certificate(der).basic_constraints  # noqa: B018 - it decides who is an authority
        return Found("certificate", der, where, from_directory)
    except DerError as error:
        said = str(error)
    try:
        read_crl(der)
        return Found("crl", der, where, from_directory)
    except DerError:
        pass
    try:
        kind = _LIST_KINDS.get(read_signed_data(der, 0, len(der)).content_type)
    except DerError:
        kind = None
    if kind is None:
        return Unrecognised(where, f"neither certificate ({said}) nor revocation, master or deviation list")
    return Found(kind, der, where, from_directory)


def _pem(data: bytes) -> Iterator[Found | Unrecognised]:
    blocks = list(_PEM.finditer(data))
    if not blocks or len(blocks) > _MAX_PEM_OBJECTS:
        raise DerError(f"PEM of no object, or of more than {_MAX_PEM_OBJECTS}")
    for number, block in enumerate(blocks, 1):
        try:
            der = binascii.a2b_base64(b"".join(block[2].split()), strict_mode=True)
        except binascii.Error as error:
            raise DerError(f"PEM object {number}: {error}") from error
        yield recognised(der, f"#{number}" if len(blocks) > 1 else "")


def _directory(path: Path, pki: Pki) -> Iterator[Found | Unrecognised]:
    if path.stat().st_size > pki.directory.maximum_file_bytes:
        raise DerError(f"larger than {pki.directory.maximum_file_bytes} bytes")
    with path.open("rb") as file:
        for entry in entries(file, pki.directory):
            yield from _of_entry(entry)


def _of_entry(entry: Entry) -> Iterator[Found | Unrecognised]:
    for name in DIRECTORY_ATTRIBUTES:
        for value in entry.values(name):
            yield recognised(value, f"line {entry.line}", from_directory=True)
