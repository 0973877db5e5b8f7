"""What is signed when an edition is signed: its files by their hashes, its dates, and who approved it.

Makes and judges manifests; where they are kept and who may sign is decided elsewhere.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from issuance.core.canonical import canonical
from keys import TrustStore
from keys.record_verify import verify_record
from specs.errors import Fault
from specs.schema import EDITION_FILES, PassportSpec
from specs.schema.pki import Pki
from specs.signed_editions import FORM, MANIFEST, SignedEdition, digest_of, digests

CLAUSE: Final = "specs/passport/editions"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an edition comes from. draft: its id; approved_by: accounts; all empty for one that came with the
    program and was signed as it is."""

    based_on: str | None = None
    draft: str | None = None
    approved_by: tuple[str, ...] = ()


def manifest_of(
    passport: PassportSpec, edition: str, files: Mapping[str, bytes], root: Path, origin: Origin, at: datetime
) -> dict[str, Any]:
    """The manifest of `edition`, which `passport` holds. root: where the shared parts of the book stand; they are told
    as they were, and may change afterwards."""
    held, named = passport.editions[edition].booklet.in_force, digests(files)
    shared = [part for chapter in passport.book.chapters for part in chapter.parts if part not in EDITION_FILES]
    return {
        "form": FORM,
        "edition": edition,
        "from_date": held.from_date.isoformat(),
        "until_date": held.until_date.isoformat() if held.until_date is not None else None,
        "files": named,
        "digest": digest_of(named),
        "shared": {f"{part}.yaml": sha256((root / f"{part}.yaml").read_bytes()).hexdigest() for part in shared},
        "based_on": origin.based_on,
        "draft": origin.draft,
        "approved_by": list(origin.approved_by),
        "signed_at": at.isoformat(),
    }


def as_file(manifest: Mapping[str, Any], signature: bytes) -> bytes:
    """`edition.json`, for people and programs to read."""
    held = {"manifest": dict(manifest), "signature": base64.b64encode(signature).decode()}
    return (json.dumps(held, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def signature_faults(held: SignedEdition, trust: TrustStore, pki: Pki) -> Iterator[Fault]:
    """Whether the manifest was signed by this house, on the day it says. Files are judged by `specs`."""
    name = f"{CLAUSE}/{held.edition}/{MANIFEST}"
    try:
        record = base64.b64decode(held.signature, validate=True)
        at = datetime.fromisoformat(held.manifest["signed_at"])
        read = verify_record(record, trust, at, pki=pki)
        same = read.payload == canonical(dict(held.manifest))
        wrong = [check for check in read.verdict.checks if check.result == "fail"]
    except (ValueError, KeyError, TypeError):
        yield _fault(name, "التوقيع غير مقروء", "the signature cannot be read")
        return
    if not same:
        yield _fault(name, "البيان غير ما وُقع", "the manifest is not what was signed")
    for check in wrong:
        yield _fault(name, check.reason_ar, check.reason)


def _fault(name: str, ar: str, en: str) -> Fault:
    return Fault("specification.edition.signature", ar, en, field=name, clause=CLAUSE)
