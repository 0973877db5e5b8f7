"""One file with a signed head and, behind it, each file the head names; and the delta from one such file to the next.

Where everything lies follows from the signed head alone: there is no directory of its own to trust. Nothing is
compressed, so nothing grows when it is read, and the status set is looked up where it lies.

    bundle: LYBUNDLE, head length (4 bytes, lowest first), 4 zero bytes, head, then each file at a multiple of 8
    delta:  LYBDELTA, head length, frame length, head of the newer bundle, frame (JSON), parts
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from keys.bundle_verify import MAXIMUM_BYTES as HEAD_MAXIMUM
from specs.errors import Fault, Invalid

MAGIC: Final = b"LYBUNDLE"
DELTA: Final = b"LYBDELTA"
FORMAT: Final = "border-bundle/1"
CLAUSE: Final = "docs/border-bundle.md"
START: Final = 16
STATUS: Final = "status"
PACKS: Final = ("certificates", "authorities", "crls", "deviations", "ended")
"""Sets of byte strings: what is known, who is vouched for, DER each; and certificates that ended (`content`)."""
NAMES: Final = (STATUS, *PACKS)
Name = Literal["status", "certificates", "authorities", "crls", "deviations", "ended"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Part):
    """A file: name, size in bytes, SHA-256 in hex."""

    name: Name
    size: int = Field(ge=0, le=1 << 40, strict=True)
    sha256: Sha256


class Head(_Part):
    """What is signed. version: grows; seconds since 1970 at least; made_at, good_until: ISO 8601 with a zone."""

    format: Literal["border-bundle/1"] = FORMAT
    version: int = Field(gt=0, lt=1 << 53, strict=True)
    made_at: AwareDatetime
    good_until: AwareDatetime
    issued_numbers: bool
    files: tuple[Member, ...] = Field(max_length=len(NAMES))

    @model_validator(mode="after")
    def _whole(self) -> Head:
        if tuple(one.name for one in self.files) != NAMES:
            raise ValueError("each file once, in the order of the format")
        if self.good_until < self.made_at:
            raise ValueError("good before it was made")
        return self

    def as_bytes(self) -> bytes:
        return json.dumps(self.model_dump(mode="json"), separators=(",", ":"), sort_keys=True).encode()

    def offsets(self, head_bytes: int) -> dict[str, tuple[int, int]]:
        """(first byte, size) of each file in a bundle whose head has so many bytes; `""`: (the end, 0)."""
        found, at = {}, _aligned(START + head_bytes)
        for one in self.files:
            found[str(one.name)] = at, one.size
            at = _aligned(at + one.size)
        return found | {"": (at, 0)}


class Step(_Part):
    """How one file of the newer bundle comes about: as it was, whole, or by a change of the older one."""

    name: Name
    how: Literal["same", "whole", "change"]
    size: int = Field(ge=0, le=1 << 40, strict=True)


class Frame(_Part):
    """base: version of the bundle it is applied to; base_sha256: of that bundle's head. Not signed: its outcome is."""

    base: int = Field(gt=0, lt=1 << 53, strict=True)
    base_sha256: Sha256
    steps: tuple[Step, ...] = Field(max_length=len(NAMES))

    @model_validator(mode="after")
    def _whole(self) -> Frame:
        if tuple(one.name for one in self.steps) != NAMES:
            raise ValueError("each file once, in the order of the format")
        return self


@dataclass(frozen=True, slots=True)
class Delta:
    """head: of the newer bundle, as signed; parts: bytes of each step."""

    head: bytes
    frame: Frame
    parts: Mapping[str, bytes]


def head_of(made_at: datetime, good_until: datetime, version: int, files: Mapping[str, bytes], *, issued: bool) -> Head:
    """The claims about these files."""
    members = tuple(
        Member.model_validate({"name": n, "size": len(files[n]), "sha256": sha256(files[n]).hexdigest()}) for n in NAMES
    )
    return Head(version=version, made_at=made_at, good_until=good_until, issued_numbers=issued, files=members)


def read_claims(payload: bytes) -> Head:
    """Raises `Invalid`."""
    try:
        return Head.model_validate_json(payload)
    except (ValidationError, ValueError, RecursionError) as error:
        raise damaged("its head does not say what it must", "رأسها ناقص أو غير صحيح") from error


def written(head: bytes, files: Mapping[str, bytes]) -> bytes:
    """The bundle. head: the signed JWS."""
    out = bytearray(MAGIC + len(head).to_bytes(4, "little") + bytes(4) + head)
    for name in NAMES:
        out += bytes(_aligned(len(out)) - len(out))
        out += files[name]
    out += bytes(_aligned(len(out)) - len(out))
    return bytes(out)


def read_head(start: bytes, whole: int) -> bytes:
    """The signed head of a bundle. start: its first bytes, as many as `HEAD_MAXIMUM + START`; whole: its length.

    Raises `Invalid`.
    """
    size = int.from_bytes(start[8:12], "little")
    if (
        start[:8] != MAGIC
        or start[12:16] != bytes(4)
        or not 0 < size <= HEAD_MAXIMUM
        or START + size > min(whole, len(start))
    ):
        raise damaged("this is no bundle", "ليست حزمة منفذ")
    return start[START : START + size]


def delta_written(delta: Delta) -> bytes:
    frame = json.dumps(delta.frame.model_dump(mode="json"), separators=(",", ":"), sort_keys=True).encode()
    lengths = len(delta.head).to_bytes(4, "little") + len(frame).to_bytes(4, "little")
    return DELTA + lengths + delta.head + frame + b"".join(delta.parts[name] for name in NAMES)


def delta_read(data: bytes) -> Delta:
    """Raises `Invalid`."""
    head, frame = int.from_bytes(data[8:12], "little"), int.from_bytes(data[12:16], "little")
    at = START + head + frame
    if data[:8] != DELTA or not 0 < head <= HEAD_MAXIMUM or frame > HEAD_MAXIMUM or at > len(data):
        raise damaged("this is no delta of a bundle", "ليس فرقاً لحزمة منفذ")
    try:
        told = Frame.model_validate_json(data[START + head : at])
    except (ValidationError, ValueError, RecursionError) as error:
        raise damaged("the delta does not say what it must", "الفرق غير صحيح") from error
    parts: dict[str, Any] = {}
    for step in told.steps:
        if at + step.size > len(data) or (step.how == "same" and step.size):
            raise damaged("the delta ends early", "الفرق مبتور")
        parts[step.name] = data[at : at + step.size]
        at += step.size
    if at != len(data):
        raise damaged("the delta has more behind it", "في آخر الفرق زيادة")
    return Delta(data[START : START + head], told, parts)


def damaged(en: str, ar: str, code: str = "damaged") -> Invalid:
    return Invalid(Fault(f"border.bundle.{code}", ar, en, field="bundle", clause=CLAUSE))


def _aligned(at: int) -> int:
    return -(-at // 8) * 8
