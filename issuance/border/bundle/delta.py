"""From one bundle's files to the next: the delta, two deltas as one, and a delta applied. Bytes in, bytes out.

Believes nothing: who applies a delta judges its head first, and every file that comes out has the digest the head says.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from issuance.border.bundle import packs, status_patch
from issuance.border.bundle.container import NAMES, STATUS, Delta, Frame, Head, Step, damaged
from issuance.border.bundle.packs import PackInvalid
from issuance.border.bundle.status_reader import StatusSet
from issuance.border.bundle.status_set import StatusSetInvalid, encode
from specs.errors import Conflict, Fault

Files = Mapping[str, bytes]


def between(before: tuple[bytes, Head, Files], after: tuple[bytes, Head, Files]) -> Delta:
    """before, after: signed head, its claims, files of each."""
    told = {name: _step(name, before, after) for name in NAMES}
    return _delta(before[1].version, sha256(before[0]).hexdigest(), after[0], told)


def _step(name: str, before: tuple[bytes, Head, Files], after: tuple[bytes, Head, Files]) -> tuple[str, bytes]:
    old, new = before[2][name], after[2][name]
    if old == new:
        return "same", b""
    if name != STATUS:
        change = packs.changes(old, new)
    else:
        found = status_patch.difference(StatusSet(old).content(), StatusSet(new).content())
        change = new if found is None else status_patch.encode(found)
    return ("change", change) if len(change) < len(new) else ("whole", new)


def composed(first: Delta, second: Delta) -> Delta:
    """One delta that does what the two do in turn. Raises `Invalid`, `Conflict` when the second is not of the first."""
    _require_base(second.frame, sha256(first.head).hexdigest())
    told = {}
    for one, other in zip(first.frame.steps, second.frame.steps, strict=True):
        before, after = first.parts[one.name], second.parts[one.name]
        if other.how in ("same", "whole"):
            told[str(one.name)] = (one.how, before) if other.how == "same" else (other.how, after)
        elif one.how == "same":
            told[str(one.name)] = other.how, after
        elif one.how == "whole":
            told[str(one.name)] = one.how, changed(str(one.name), before, after)
        else:
            told[str(one.name)] = one.how, _together(str(one.name), before, after)
    return _delta(first.frame.base, first.frame.base_sha256, second.head, told)


def _together(name: str, first: bytes, second: bytes) -> bytes:
    try:
        if name != STATUS:
            return packs.composed(first, second)
        return status_patch.encode(status_patch.composed(status_patch.decode(first), status_patch.decode(second)))
    except (PackInvalid, StatusSetInvalid) as error:
        raise damaged(f"the delta of {name} does not read", "الفرق غير صحيح") from error


def applied(delta: Delta, base_head: bytes, base: Files, head: Head) -> dict[str, bytes]:
    """The files of the newer bundle, each with the digest that `head`, the judged claims of `delta.head`, says.

    base_head, base: signed head and files of the older. Raises `Conflict` for another base, `Invalid`.
    """
    _require_base(delta.frame, sha256(base_head).hexdigest())
    files = {}
    for step, member in zip(delta.frame.steps, head.files, strict=True):
        name, part = str(step.name), delta.parts[step.name]
        if step.how == "same":
            files[name] = base[name]
        else:
            files[name] = part if step.how == "whole" else changed(name, base[name], part)
        if len(files[name]) != member.size or sha256(files[name]).hexdigest() != member.sha256:
            raise damaged(f"{name} is not what was signed", f"الملف {name} ليس ما وُقّع", "digest")
    return files


def changed(name: str, before: bytes, change: bytes) -> bytes:
    """A file after a change. Raises `Invalid`."""
    try:
        if name != STATUS:
            return packs.changed(before, change)
        return encode(status_patch.apply(StatusSet(before).content(), status_patch.decode(change)))
    except (PackInvalid, StatusSetInvalid) as error:
        raise damaged(f"the delta of {name} does not read", "الفرق غير صحيح") from error


def _require_base(frame: Frame, sha: str) -> None:
    if frame.base_sha256 != sha:
        raise Conflict(
            Fault(
                "border.bundle.base",
                f"هذا الفرق للحزمة ذات الإصدار {frame.base}",
                f"this delta is for the bundle of version {frame.base}, not for this one",
                field="delta",
            )
        )


def _delta(base: int, base_sha256: str, head: bytes, told: Mapping[str, tuple[str, bytes]]) -> Delta:
    steps = tuple(Step.model_validate({"name": n, "how": told[n][0], "size": len(told[n][1])}) for n in NAMES)
    frame = Frame(base=base, base_sha256=base_sha256, steps=steps)
    return Delta(head, frame, {name: told[name][1] for name in NAMES})
