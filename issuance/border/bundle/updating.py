"""A reader's bundle brought up to date: by a delta, or by another whole bundle. Old or new stands, never half."""

from __future__ import annotations

from pathlib import Path

from issuance.border.bundle import delta as deltas
from issuance.border.bundle import packs
from issuance.border.bundle.container import DELTA, NAMES, Head, damaged, delta_read, delta_written, written
from issuance.border.bundle.memory import Memory
from issuance.border.bundle.opening import Opened, claims_of, judged, own_anchors, read_bundle, require_ours
from issuance.border.bundle.packs import PackInvalid
from keys.files import write_atomically
from keys.trust import TrustStore
from specs.errors import Fault, NotFound, Refused, Unavailable
from specs.schema import Specification


def update(
    path: Path, offered: Path, trusted: TrustStore | None, spec: Specification, memory: Path | None = None
) -> Head:
    """The bundle at `path` is the offered one, or what the offered delta makes of it, when this returns; its claims.

    trusted, memory: as in `BundleKnowledge.open`. Raises as that, and `Conflict` for a delta to another bundle.
    """
    kept = Memory.read(memory or path.with_name(f"{path.name}.memory"))
    data = _read(offered, spec.border_bundle.limits.bundle_maximum_bytes)
    if data[: len(DELTA)] == DELTA:
        token, head, content = _by_delta(path, data, trusted, kept, spec)
    else:
        token, head, content = _whole(offered, trusted, kept, spec)
    believed = trusted if trusted is not None else kept.trust()
    put(path, content)
    kept.accept(head.version, token, own_anchors(believed, spec) if believed is not None else ())
    return head


def put(path: Path, content: bytes) -> None:
    """The file holds this when it returns. Raises `Unavailable`: then what was there before stands."""
    try:
        write_atomically(path, content, mode=0o644)
    except OSError as error:
        words = "تعذرت كتابة الملف؛ بقي السابق", f"it could not be written, what was there stands: {error.strerror}"
        raise Unavailable(Fault("border.bundle.write", *words, field=str(path))) from error


def delta_of_files(before: Path, after: Path, spec: Specification) -> bytes:
    """What makes the one bundle the other; both are ours and were judged elsewhere. Raises `NotFound`, `Invalid`."""
    first, second = read_bundle(before, spec), read_bundle(after, spec)
    try:
        made = deltas.between(_parts(first), _parts(second))
        return delta_written(made)
    finally:
        first.close()
        second.close()


def _by_delta(
    path: Path, data: bytes, trusted: TrustStore | None, kept: Memory, spec: Specification
) -> tuple[bytes, Head, bytes]:
    if len(data) > spec.border_bundle.limits.delta_maximum_bytes:
        raise damaged("the delta is too large", "الفرق كبير جداً")
    delta = delta_read(data)
    head = claims_of(delta.head)
    _require_bounded(head, spec)
    base = read_bundle(path, spec)
    try:
        believed, _ = judged(base, trusted, kept, spec)
        if head.version <= base.head.version:
            words = "هذا الفرق لحزمة أقدم", f"the delta leads to version {head.version}, not beyond {base.head.version}"
            raise Refused(Fault("border.bundle.older", *words, field="delta"))
        files = deltas.applied(delta, base.token, _parts(base)[2], head)
        require_ours(delta.head, head, _entries(files["crls"]), believed, spec)
        return delta.head, head, written(delta.head, files)
    finally:
        base.close()


def _whole(offered: Path, trusted: TrustStore | None, kept: Memory, spec: Specification) -> tuple[bytes, Head, bytes]:
    opened = read_bundle(offered, spec)
    try:
        judged(opened, trusted, kept, spec)
        return opened.token, opened.head, bytes(opened.whole)
    finally:
        opened.close()


def _parts(opened: Opened) -> tuple[bytes, Head, dict[str, bytes]]:
    return opened.token, opened.head, {name: opened.file(name) for name in NAMES}


def _require_bounded(head: Head, spec: Specification) -> None:
    if head.offsets(0)[""][0] > spec.border_bundle.limits.bundle_maximum_bytes:
        raise damaged("what it leads to is too large", "الحزمة الناتجة كبيرة جداً")


def _entries(data: bytes) -> tuple[bytes, ...]:
    try:
        return packs.unpack(data)
    except PackInvalid as error:
        raise damaged("its revocation lists do not read", "قوائم الإبطال في الحزمة غير مقروءة") from error


def _read(path: Path, most: int) -> bytes:
    try:
        if not path.is_file():
            raise FileNotFoundError
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        words = "لا ملف هنا", f"there is no such file: {path}"
        raise NotFound(Fault("border.bundle.missing", *words, field=str(path))) from error
    if len(data) > most:
        raise damaged("it is too large", "الملف كبير جداً")
    return data
