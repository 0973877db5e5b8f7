"""Is the process alive (`/healthz`), and can it do its work now (`/readyz`: database, keys, disk)?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from issuance.api.guard import TheService
from issuance.core import clock
from keys.renewal import alarms
from keys.signing import Purpose
from specs.errors import Fault, IssuanceError, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter(tags=["health"])

ISSUING_PURPOSES = (Purpose.document_signer, Purpose.pdf_signer, Purpose.seal_signer)
PROBE_BYTES = 64 * 1024


@router.get("/healthz", summary="The process answers / العملية تعمل")
def healthz() -> dict[str, str]:
    """200 as long as the process answers at all."""
    return {"status": "ok"}


@router.get("/readyz", summary="Ready to issue / جاهزة للإصدار", responses={503: {"description": "not ready"}})
def readyz(service: TheService) -> JSONResponse:
    """200 when database, keys and disk all answer; 503 names the part that does not. alarms: keys near their end."""
    parts: dict[str, Callable[[], None]] = {
        "database": service.db.ready,
        "keys": lambda: _keys_ready(service),
        "disk": lambda: _disk_ready(service.settings.home),
    }
    found = {name: _state(probe) for name, probe in parts.items()}
    ready = all(state == "ok" for state in found.values())
    near = _alarms(service) if ready else []
    body = {"status": "ready" if ready else "not_ready", "parts": found, "alarms": near}
    return JSONResponse(body, status_code=200 if ready else 503)


def _state(probe: Callable[[], None]) -> str:
    try:
        probe()
    except IssuanceError as error:
        return error.faults[0].code
    return "ok"


def _keys_ready(service: Service) -> None:
    """A usable signer for each purpose that issuing needs. Raises `Unavailable`."""
    for purpose in ISSUING_PURPOSES:
        service.keys.signer(purpose, clock.now())


def _alarms(service: Service) -> list[dict[str, str]]:
    """Purposes only: how much was signed is nobody's business who asks without a name."""
    found = alarms(service.keys, clock.now())
    told = [{"code": alarm.fault.code, "purpose": alarm.signer.purpose.value} for alarm in found]
    return [*told, *({"code": fault.code, "purpose": fault.field or ""} for fault in service.undone)]


def _disk_ready(home: Path) -> None:
    """The home takes and keeps `PROBE_BYTES` bytes. Raises `Unavailable`."""
    try:
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(bytes(PROBE_BYTES))
            probe.flush()
    except OSError as error:
        raise Unavailable(
            Fault("api.disk", "لا يمكن الكتابة على القرص", "the disk does not take files", clause="issue 2 §7")
        ) from error
