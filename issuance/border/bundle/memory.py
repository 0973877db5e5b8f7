"""What a reader of bundles remembers: the newest version it saw, and whom it trusted when it first accepted one."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from keys.files import write_atomically
from keys.trust import TrustStore
from specs.errors import Fault, Invalid, Refused, Unavailable

FORMAT: Final = "border-bundle-memory/1"
_MAXIMUM: Final = 1 << 20
_CLAUSE: Final = "docs/border-bundle.md"


@dataclass(frozen=True, slots=True)
class Memory:
    """newest: version, 0 before the first; head_sha256: of it; anchors: DER of our own State's, as trusted."""

    path: Path
    newest: int = 0
    head_sha256: str = ""
    anchors: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Empty where there is none yet. Raises `Invalid`: protection from old bundles is not lost in silence."""
        try:
            with path.open("rb") as file:
                data = file.read(_MAXIMUM + 1)
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise Invalid(_fault(path, f"cannot be read: {error.strerror}")) from error
        try:
            held = json.loads(data[:_MAXIMUM])
            if held["format"] != FORMAT or type(held["newest"]) is not int or held["newest"] < 0:
                raise ValueError("another format")
            anchors = tuple(binascii.a2b_base64(one, strict_mode=True) for one in held["anchors"])
            return cls(path, held["newest"], str(held["head_sha256"]), anchors)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Invalid(_fault(path, "does not read")) from error

    def trust(self) -> TrustStore | None:
        """Whom it trusted; None: nothing is remembered."""
        return TrustStore(authorities=self.anchors) if self.anchors else None

    def require_newer(self, version: int) -> None:
        """Raises `Refused` for a version older than one seen."""
        if version < self.newest:
            words = f"شوهدت حزمة أحدث إصدارها {self.newest}", f"a newer bundle was seen, version {self.newest}"
            raise Refused(Fault("border.bundle.older", *words, field="bundle", clause=_CLAUSE))

    def accept(self, version: int, token: bytes, anchors: Sequence[bytes]) -> None:
        """Keep what was accepted; nothing is written when it is known. Raises `Unavailable`."""
        after = replace(self, newest=version, head_sha256=sha256(token).hexdigest(), anchors=tuple(anchors))
        if after == self:
            return
        held = {
            "format": FORMAT,
            "newest": after.newest,
            "head_sha256": after.head_sha256,
            "anchors": [base64.b64encode(der).decode() for der in after.anchors],
        }
        try:
            write_atomically(self.path, json.dumps(held).encode(), mode=0o600)
        except OSError as error:
            words = (
                f"تعذر حفظ إصدار الحزمة؛ سمّ مكاناً آخر: {self.path}",
                f"the version seen cannot be kept, name another place: {self.path}: {error.strerror}",
            )
            raise Unavailable(Fault("border.bundle.memory", *words, field="memory", clause=_CLAUSE)) from error


def _fault(path: Path, why: str) -> Fault:
    ar = f"ذاكرة الحزمة تالفة: {path}. احذفها وسمّ من تثق به من جديد"
    en = f"the memory of bundles {path} {why}: remove it and name your trust anew"
    return Fault("border.bundle.memory", ar, en, field="memory", clause=_CLAUSE)
