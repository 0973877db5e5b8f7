"""What other States publish, imported on a schedule: from a folder where it is laid, from addresses it lies at.

Nobody chose these files, so they vouch for nothing: lists count by their signatures, an authority in a file of its own
is refused (`keys.trust_import`). What came of the last turn stands in `var/trust-import.json`; alarms follow from it.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from issuance.core.actor import Actor, system
from issuance.core.settings import Settings
from issuance.jobs.trust import import_into
from issuance.service import Service
from keys.files import write_atomically
from keys.timestamp_outside import connected
from keys.trust_files import files_under
from specs.errors import Fault, Unavailable
from specs.schema.trust_import import ImportDownload

_KEPT: Final = "trust-import.json"
_FETCHED: Final = "trust-fetched"
_CHUNK: Final = 1 << 20
_MOST_TOLD: Final = 20


def import_due(
    service: Service, now: datetime, *, at_once: bool = False, actor: Actor | None = None
) -> dict[str, Any] | None:
    """One turn: import when the files changed or the interval is over; what came of it, None: nothing was due.

    at_once: whatever the schedule says. Raises `Unavailable` when disk or database refuse.
    """
    settings, rules = service.settings, service.spec.pki_trust_import
    if settings.trust_import is None and not settings.trust_import_urls:
        return None
    last = last_import(settings)
    waited = now - datetime.fromisoformat(last["at"]) if last else timedelta.max
    due = at_once or not timedelta(0) <= waited < timedelta(hours=rules.schedule.interval_hours)
    refused: list[Fault] = []
    if due:
        refused += _fetch_all(settings, rules.download)
    places = _places(settings, refused)
    files = list(files_under(places, refused))
    if not due and (last is None or _print(files) == last["files_print"]):
        return None
    laid = [path for path in files if path.parent != settings.home / _FETCHED]
    if not at_once and any(_age(path, now) < rules.schedule.settle_seconds for path in laid):
        return None  # somebody is copying: the next turn comes in a minute
    report = import_into(service, actor or system("trust-import"), files, (), chosen=False)
    refused += report.refused
    told = {
        "at": now.isoformat(),
        "good_at": now.isoformat() if not refused else (last or {}).get("good_at"),
        "since": (last or {}).get("since") or now.isoformat(),
        "files": len(files),
        "files_print": _print(files),
        **{name: held for name, held in report.as_json().items() if name in ("snapshot", "added", "known")},
        "refused": [_told(fault) for fault in refused[:_MOST_TOLD]],
        "refused_count": len(refused),
    }
    _keep(settings, told)
    return told


def last_import(settings: Settings) -> dict[str, Any] | None:
    """What came of the last turn, None: there was none, or it cannot be read."""
    try:
        held = json.loads((settings.home / _KEPT).read_bytes())
        datetime.fromisoformat(held["at"])
        return {"files_print": "", **held}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def alarms(service: Service, now: datetime) -> Iterator[Fault]:
    """What a person must see to: files that were refused, and imports that are overdue."""
    settings, rules = service.settings, service.spec.pki_trust_import.schedule
    if settings.trust_import is None and not settings.trust_import_urls:
        return
    last = last_import(settings)
    if last is None:
        words = "لم يُستورد شيء بعد", "nothing was imported on the schedule yet"
        yield Fault("trust.schedule.never", *words, field="trust_import", clause="pki/trust_import.yaml")
        return
    if last["refused_count"]:
        first = last["refused"][0]
        count = last["refused_count"]
        ar = f"رُفض {count} في آخر استيراد للثقة، أولها: {first['ar']}"
        en = f"the last import on the schedule refused {count}, the first: {first['en']}"
        yield Fault("trust.schedule.refused", ar, en, field=first["file"], clause="pki/trust_import.yaml")
    good = datetime.fromisoformat(last["good_at"] or last["since"])
    if now - good > timedelta(hours=rules.overdue_hours):
        ar = f"لم يكتمل استيراد شهادات الدول منذ {good:%Y-%m-%d %H:%M}"
        en = f"no import on the schedule went through since {good:%Y-%m-%d %H:%M}Z"
        yield Fault("trust.schedule.overdue", ar, en, field="trust_import", clause="pki/trust_import.yaml")


def _places(settings: Settings, refused: list[Fault]) -> list[Path]:
    fetched = settings.home / _FETCHED
    held = [fetched] if settings.trust_import_urls and fetched.is_dir() else []
    if settings.trust_import is not None:
        if settings.trust_import.is_dir():
            held.append(settings.trust_import)
        else:
            words = "مجلد الاستيراد غير موجود", "the folder to import from is not there"
            refused.append(Fault("trust.schedule.folder", *words, field=str(settings.trust_import)))
    return held


def _fetch_all(settings: Settings, rules: ImportDownload) -> Iterator[Fault]:
    """Each address into a file of its own, which stays as it was when the fetch fails."""
    folder = settings.home / _FETCHED
    for url in settings.trust_import_urls.split():
        suffix = Path(urlsplit(url).path).suffix.lower()
        path = folder / f"{sha256(url.encode()).hexdigest()[:16]}{suffix if suffix.isascii() else ''}"
        path = (
            path if path.suffix in (".ml", ".ldif", ".crl", ".dl", ".dvl", ".cer", ".der") else path.with_suffix(".der")
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            content = _fetched(url, rules)
            if not path.is_file() or path.read_bytes() != content:
                write_atomically(path, content, mode=0o600)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = error.args[0] if isinstance(error, _NotFetched) else type(error).__name__
            words = f"تعذر الجلب من {url}", f"it could not be fetched from {url}: {why}"
            yield Fault("trust.schedule.fetch", *words, field=urlsplit(url).hostname or "")


class _NotFetched(ValueError):
    """What came is nothing to be imported."""


def _fetched(url: str, rules: ImportDownload) -> bytes:
    """Bounded in time and size; no redirect is followed. Raises `OSError`, `HTTPException`, `_NotFetched`."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with connected(url, rules.answer_seconds) as line:
        line.request("GET", path, headers={"User-Agent": "issuance/1"})
        answer = line.getresponse()
        if answer.status != http.client.OK:
            raise _NotFetched(f"status {answer.status}")
        content = bytearray()
        while some := answer.read(_CHUNK):
            content += some
            if len(content) > rules.maximum_bytes:
                raise _NotFetched(f"more than {rules.maximum_bytes} bytes")
        length = answer.headers.get("Content-Length", "")
        if length.isdigit() and int(length) != len(content):
            raise _NotFetched("it ended early")
    return bytes(content)


def _print(files: list[Path]) -> str:
    """Another one when a file came, went or changed."""
    told = []
    for path in files:
        try:
            status = path.stat()
            told.append([str(path), status.st_mtime_ns, status.st_size])
        except OSError:
            continue
    return sha256(json.dumps(told).encode()).hexdigest()


def _age(path: Path, now: datetime) -> float:
    try:
        return (now - datetime.fromtimestamp(path.stat().st_mtime, UTC)).total_seconds()
    except OSError:
        return 0


def _told(fault: Fault) -> dict[str, str]:
    return {"file": fault.field or "", "code": fault.code, "ar": fault.ar, "en": fault.en}


def _keep(settings: Settings, told: dict[str, Any]) -> None:
    try:
        write_atomically(settings.home / _KEPT, json.dumps(told, ensure_ascii=False).encode(), mode=0o600)
    except OSError as error:
        words = "تعذر حفظ نتيجة الاستيراد", f"what came of the import cannot be kept: {error.strerror}"
        raise Unavailable(Fault("trust.schedule.write", *words)) from error
