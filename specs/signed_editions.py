"""Signed editions: what was signed never changes again. Knows hashes only; keys are somebody else's.

A signed edition lies in a directory of its own, `<editions>/<year>/`: its YAML files, and `edition.json` with the
manifest that was signed. Reading says each file that is no longer what the manifest names; nothing here writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from specs.schema.base import SpecFault

MANIFEST: Final = "edition.json"
FORM: Final = "ly.issuance.specification.edition/1"
BELOW: Final = "passport/editions"
_YEAR: Final = re.compile(r"[0-9]{4}")
_MAX_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class SignedEdition:
    """edition: its year; directory: where it lies; manifest: what was signed; signature: base64 of the CMS over it."""

    edition: str
    directory: Path
    manifest: Mapping[str, Any]
    signature: str

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 in hex by file name (`booklet.yaml`)."""
        return dict(self.manifest["files"])


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 in hex of each file, by name."""
    return {name: sha256(content).hexdigest() for name, content in sorted(files.items())}


def digest_of(named: Mapping[str, str]) -> str:
    """One digest of many: SHA-256 over the lines `<digest>  <name>` in order of name, as `sha256sum` prints them."""
    lines = "".join(f"{held}  {name}\n" for name, held in sorted(named.items()))
    return sha256(lines.encode()).hexdigest()


def directories(editions: Path | None) -> Iterator[tuple[str, Path]]:
    """(year, directory) of every edition that lies here, signed or not, in order."""
    if editions is None or not editions.is_dir():
        return
    for path in sorted(editions.iterdir()):
        if path.is_dir() and _YEAR.fullmatch(path.name):
            yield path.name, path


def read_signed(edition: str, directory: Path) -> SignedEdition | SpecFault:
    """The manifest of one directory, or why it is none."""
    name = f"{BELOW}/{edition}/{MANIFEST}"
    right = f"the manifest this edition was signed with: `issuance spec restore {edition}`"
    try:
        with (directory / MANIFEST).open("rb") as file:
            held = json.loads(file.read(_MAX_BYTES))
        manifest, signature = held["manifest"], held["signature"]
        whole = manifest["form"] == FORM and manifest["edition"] == edition
        files = {str(key): str(value) for key, value in manifest["files"].items()}
        if not whole or not isinstance(signature, str) or manifest["digest"] != digest_of(files):
            raise ValueError("it does not fit together")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return SpecFault(name, 1, "", f"no manifest of a signed edition: {error}", right)
    return SignedEdition(edition, directory, manifest, signature)


def digest_when_signed(editions: Path, edition: str) -> str | None:
    """The digest an edition was signed with, None when it lies here unsigned or not at all."""
    held = read_signed(edition, editions / edition) if (editions / edition / MANIFEST).is_file() else None
    return str(held.manifest["digest"]) if isinstance(held, SignedEdition) else None


def faults_of(held: SignedEdition, shipped: Path) -> Iterator[SpecFault]:
    """Each file of a signed edition that is not what was signed, here and where the program came with it."""
    remedy = f"restore it (`issuance spec restore {held.edition}`), or draft a new edition (`issuance spec draft new`)"
    yield from _differing(held, held.directory, "", remedy)
    own = shipped / BELOW / held.edition
    if own.is_dir():
        yield from _differing(held, own, f"{own}/", f"restore it from {held.directory}, or draft a new edition")


def _differing(held: SignedEdition, where: Path, prefix: str, remedy: str) -> Iterator[SpecFault]:
    named = held.files
    present = {path.name for path in where.glob("*.yaml")}
    for name in sorted(present | set(named)):
        shown = f"{prefix or f'{BELOW}/{held.edition}/'}{name}"
        if name not in named:
            yield SpecFault(shown, 1, "", f"edition {held.edition} was signed without this file", "remove it")
        elif name not in present:
            yield SpecFault(shown, 1, "", f"the file of the signed edition {held.edition} is missing", remedy)
        elif sha256((where / name).read_bytes()).hexdigest() != named[name]:
            yield SpecFault(shown, 1, "", f"edition {held.edition} is signed, and this file was changed", remedy)
