"""The service's own bundles, kept in its home: made when something changed or half the life of the last is over.

`var/border/`: the last whole bundles, the steps from each to the next, and `made.json`, which is written last and says
what counts: a kill at any moment leaves the bundle before or the new one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Final

from issuance.border.bundle import delta as deltas
from issuance.border.bundle.container import (
    NAMES,
    START,
    Head,
    delta_read,
    delta_written,
    head_of,
    read_claims,
    written,
)
from issuance.border.bundle.container import read_head as head_in
from issuance.border.bundle.content import files_of, fingerprint
from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys import issue as sign
from keys import prepare
from keys.bundle_token import BundleHeadRequest
from keys.bundle_verify import MAXIMUM_BYTES as HEAD_MAXIMUM
from keys.files import alone, write_atomically
from specs.errors import Fault, Invalid, NotFound, Unavailable

CHECK: Final = "border.check"
_MARK: Final = "made.json"


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle as it is kept. token: the signed head; path: the whole file."""

    token: bytes
    head: Head
    path: Path

    def file(self, name: str) -> tuple[int, int]:
        """First byte and size of one of its files. Raises `NotFound`."""
        place = self.head.offsets(len(self.token)).get(name)
        if place is None or not name:
            raise _none("لا ملف بهذا الاسم", "no file of this name")
        return place

    def files(self) -> dict[str, bytes]:
        data = self.path.read_bytes()
        places = self.head.offsets(len(self.token))
        return {name: data[places[name][0] : sum(places[name])] for name in NAMES}


def current(service: Service, actor: Actor, now: datetime, *, at_once: bool = False, waiting: bool = True) -> Made:
    """The bundle to give out now, made anew where that is due. at_once: for every change, however young the last is.

    waiting: somebody waits for it; where the last one took long to make, they get that as long as it is good, and the
    next is left to upkeep.

    Raises `NotAllowed`, `Unavailable`.
    """
    policy.require(actor, CHECK)
    last = _last(_folder(service))
    if last is not None and not _due(service, last, now, at_once=at_once):
        return last[0]
    if last is not None and waiting and not at_once and _takes_long(service, last, now):
        return last[0]
    with _kept(service) as folder:
        last = _last(folder)  # another may have made it meanwhile
        if last is not None and not _due(service, last, now, at_once=at_once):
            return last[0]
        return _make(service, folder, last, now)


def delta_to(service: Service, actor: Actor, base: int, version: int, now: datetime) -> bytes:
    """From the bundle of version `base` to this, the current one. Raises `NotAllowed`, `NotFound`: take the whole."""
    made = current(service, actor, now)
    if made.head.version != version:
        raise _none("ليس هذا الإصدار الحالي", "this is not the current version")
    with _kept(service) as folder:
        steps = {int(path.stem.split("-")[1]): path for path in folder.glob("step-*.delta")}
        at, whole = base, None
        while at != made.head.version:
            if at not in steps:
                raise _none(
                    "لا فرق من هذا الإصدار؛ خذ الحزمة كلها", "no delta from this version: take the whole bundle"
                )
            step = delta_read(steps[at].read_bytes())
            whole = step if whole is None else deltas.composed(whole, step)
            at = int(steps[at].stem.split("-")[2])
        if whole is None:
            raise _none("هذا هو الإصدار الحالي", "this is the current version")
        return delta_written(whole)


def version_of(service: Service, actor: Actor, version: int, now: datetime) -> Made:
    """One of those that are kept. Raises `NotAllowed`, `NotFound`."""
    made = current(service, actor, now)
    if made.head.version == version:
        return made
    path = _folder(service) / f"bundle-{version}.lyb"
    if not path.is_file():
        raise _none("لا يُحفظ هذا الإصدار", "this version is not kept")
    return _read(path)


def bases(service: Service) -> list[int]:
    """Versions that a delta can begin from, the newest first."""
    return sorted((int(path.stem.split("-")[1]) for path in _folder(service).glob("step-*.delta")), reverse=True)


def keep_bundle(service: Service, now: datetime) -> None:
    """For upkeep: an installation whose posts use bundles finds the next one ready. Raises `Unavailable`."""
    if (_folder(service) / _MARK).is_file():
        current(service, system("border"), now, waiting=False)


def _due(service: Service, last: tuple[Made, dict[str, Any]], now: datetime, *, at_once: bool) -> bool:
    made, mark = last
    rules = service.spec.border_bundle.freshness
    age = now - made.head.made_at
    if age < timedelta(0) or age >= timedelta(hours=rules.good_hours) / 2:
        return True
    if not at_once and age < timedelta(minutes=rules.remake_minutes):
        return False
    return bool(mark["fingerprint"] != fingerprint(service, made.head.made_at))


def _takes_long(service: Service, last: tuple[Made, dict[str, Any]], now: datetime) -> bool:
    """Whether the next would keep somebody waiting while the last is good for a while yet."""
    rules = service.spec.border_bundle.freshness
    young = timedelta(0) <= now - last[0].head.made_at < timedelta(hours=rules.good_hours) * 3 / 4
    return young and last[1]["seconds"] > rules.wait_seconds


def _make(service: Service, folder: Path, last: tuple[Made, dict[str, Any]] | None, now: datetime) -> Made:
    rules = service.spec.border_bundle
    began = monotonic()
    print_ = fingerprint(service, now)  # before the content: what comes between makes another bundle
    files = files_of(service, now)
    version = max(int(now.timestamp()), last[0].head.version + 1 if last else 1)
    good_until = now + timedelta(hours=rules.freshness.good_hours)
    head = head_of(now, good_until, version, files, issued=rules.contents.issued_numbers)
    request = BundleHeadRequest(f"border-bundle:{version}", head.as_bytes(), service.keys.pki)
    token = sign(prepare(service.keys, request, now), now).artefact
    made = Made(token, head, folder / f"bundle-{version}.lyb")
    write_atomically(made.path, written(token, files), mode=0o600)
    if last is not None:
        step = deltas.between((last[0].token, last[0].head, last[0].files()), (token, head, files))
        path = folder / f"step-{last[0].head.version}-{version}.delta"
        write_atomically(path, delta_written(step), mode=0o600)
    mark = {"version": version, "fingerprint": print_, "seconds": round(monotonic() - began, 3)}
    write_atomically(folder / _MARK, json.dumps(mark).encode(), mode=0o600)
    with unit_of_work(service.db, system("border"), "a bundle for border posts is made", now) as tx:
        told = {"version": version, "head_sha256": sha256(token).hexdigest()}
        tx.audit("border.bundle", f"border-bundle:{version}", told)
    _tidy(folder, version, now, rules.keeping.bundles, rules.keeping.deltas_days)
    return made


def _tidy(folder: Path, newest: int, now: datetime, bundles: int, days: int) -> None:
    """Lets go of what is too old, and of what a kill left behind."""
    wholes = sorted(folder.glob("bundle-*.lyb"), key=lambda path: int(path.stem.split("-")[1]), reverse=True)
    for path in [p for p in wholes if int(p.stem.split("-")[1]) <= newest][bundles:]:
        path.unlink(missing_ok=True)
    for pattern in (".bundle-*", ".step-*", f".{_MARK}.*"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    oldest = (now - timedelta(days=days)).timestamp()
    for path in folder.glob("step-*.delta"):
        if int(path.stem.split("-")[1]) < oldest:
            path.unlink(missing_ok=True)


def _last(folder: Path) -> tuple[Made, dict[str, Any]] | None:
    """What was made last, None: nothing, or what is there does not read and is made again."""
    try:
        mark = json.loads((folder / _MARK).read_bytes())
        return _read(folder / f"bundle-{int(mark['version'])}.lyb"), {
            "fingerprint": str(mark["fingerprint"]),
            "seconds": float(mark["seconds"]),
        }
    except (OSError, ValueError, KeyError, TypeError, NotFound):
        return None


def _read(path: Path) -> Made:
    """One of our own. Raises `NotFound` when it is gone or damaged."""
    try:
        with path.open("rb") as file:
            token = head_in(file.read(START + HEAD_MAXIMUM), path.stat().st_size)
        claims = token.split(b".")[1]
        head = read_claims(base64.urlsafe_b64decode(claims + b"=" * (-len(claims) % 4)))
    except (OSError, Invalid, ValueError, IndexError) as error:
        raise _none("الحزمة مفقودة أو تالفة", "the bundle is gone or damaged") from error
    return Made(token, head, path)


def _folder(service: Service) -> Path:
    return service.settings.home / "border"


@contextmanager
def _kept(service: Service) -> Iterator[Path]:
    """The folder, held: one process makes. Raises `Unavailable`."""
    folder = _folder(service)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(folder):
            yield folder
    except OSError as error:
        words = "تعذرت كتابة حزمة المنفذ", f"the bundle could not be written: {error.strerror}"
        raise Unavailable(Fault("border.bundle.write", *words, field="home")) from error


def _none(ar: str, en: str) -> NotFound:
    return NotFound(Fault("border.bundle.not_found", ar, en, field="version"))
