"""One change of what is trusted, as a JSON document: what came in or was withdrawn, when, by whom, after what.

The form only; `keys.trust_archive` keeps the documents in order.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, get_args

from specs.errors import Fault, Invalid

Kind = Literal["authority", "certificate", "crl", "master_list", "deviation_list"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
OWN: Final = "made by this installation"
_VERSION: Final = 1
_MAX_SNAPSHOT_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One object that came in. kind `authority`: somebody vouched that paths may end there. source: index."""

    sha256: str
    kind: Kind
    source: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file things came from. name: without its directory; vouched: why its content is believed, in English."""

    name: str
    sha256: str
    vouched: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One import or withdrawal. number: from 1; sha256: of the document, which the next snapshot names as `previous`.

    withdrawn: what somebody named as trusted no more from `at` on, under whatever kind it came in; with_it: what only a
    withdrawn list had vouched for; reason: why, in the words of `by`.
    """

    number: int
    at: datetime
    by: str
    previous: str
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    withdrawn: tuple[str, ...] = ()
    with_it: tuple[str, ...] = ()
    reason: str = ""
    sha256: str = ""


def document(snapshot: Snapshot) -> bytes:
    """The JSON document of a snapshot, as it is stored and hashed."""
    held = asdict(snapshot) | {"version": _VERSION, "at": snapshot.at.isoformat()}
    del held["sha256"]
    return json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_snapshot(path: Path) -> Snapshot:
    """Raises `Invalid` when the file is no snapshot."""
    try:
        if path.stat().st_size > _MAX_SNAPSHOT_BYTES:
            raise ValueError("too large")
        document = path.read_bytes()
        held = json.loads(document)
        if held["version"] != _VERSION:
            raise ValueError(f"version {held['version']}")
        return Snapshot(
            number=held["number"],
            at=datetime.fromisoformat(held["at"]),
            by=held["by"],
            previous=held["previous"],
            sources=tuple(Source(**source) for source in held["sources"]),
            items=tuple(_item(item, len(held["sources"])) for item in held["items"]),
            withdrawn=tuple(_name(name) for name in held.get("withdrawn", ())),
            with_it=tuple(_name(name) for name in held.get("with_it", ())),
            reason=held.get("reason", ""),
            sha256=hashlib.sha256(document).hexdigest(),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(path, f"it is no snapshot: {error}") from error


def _item(held: dict[str, object], sources: int) -> Item:
    source = held["source"]
    kind = next((kind for kind in KINDS if kind == held["kind"]), None)
    if kind is None or not isinstance(source, int) or not 0 <= source < sources:
        raise ValueError(f"an object of kind {held['kind']!r}")
    return Item(_name(held["sha256"]), kind, source)


def _name(held: object) -> str:
    if not isinstance(held, str) or len(held) != 64 or not set(held) <= set("0123456789abcdef"):
        raise ValueError("an object without a proper name")
    return held


def damaged(path: Path, reason: str) -> Invalid:
    """The error of an archive that is not as it was written. reason: in English."""
    return Invalid(
        Fault(
            "keys.trust.damaged",
            "أرشيف الثقة تالف؛ أعده من النسخة الاحتياطية",
            f"the archive of trust is damaged, restore it from the backup: {reason}",
            field=str(path),
        )
    )
