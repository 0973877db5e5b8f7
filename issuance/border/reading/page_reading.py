"""A page's picture or PDF to what stands on it: the zone as its readers agree on it, and every barcode, judged.

Never raises for what it is given; `Unavailable` alone, when too many pages wait already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from issuance.border.reading import worker
from issuance.border.reading.arbitration import PageStatus, ZoneReading
from issuance.border.reading.codes import Code
from issuance.border.reading.intake import is_pdf, too_many_bytes
from issuance.border.reading.judged_codes import JudgedCode, judge_codes
from issuance.border.reading.workers import Overrun, workers
from issuance.mrtd.mrz import rules_of
from keys.trust import TrustStore
from keys.verdict import Status
from specs.errors import Fault
from specs.schema import Specification

_EXIT: Mapping[Status, int] = {"valid": 0, "invalid": 1, "indeterminate": 2}


@dataclass(frozen=True, slots=True)
class PageReading:
    """zone: of the first page that has one; codes: of every page looked at."""

    zone: ZoneReading
    codes: tuple[JudgedCode, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def status(self) -> PageStatus:
        """`unreadable` also for a file that could not be looked at."""
        return "unreadable" if self.faults and self.zone.status == "none" else self.zone.status

    @property
    def passes(self) -> bool:
        """Whether the zone may be relied upon unattended: verified, or corrected as a second reader confirms."""
        return self.status == "verified" or (self.status == "corrected" and bool(self.zone.confirmed_by))

    @property
    def standing(self) -> Status:
        """`invalid`: a code contradicts the zone or does not hold, or readers agree on a fault of the zone itself."""
        if any(code.status == "invalid" for code in self.codes):
            return "invalid"
        if any(fault.code == "page.printed_fault" for fault in self.zone.errors):
            return "invalid"
        return "valid" if self.passes else "indeterminate"

    @property
    def exit_code(self) -> int:
        return _EXIT[self.standing]

    def as_json(self) -> dict[str, Any]:
        """`{"status","format","lines","fields","edits","confirmed_by","readers","errors","barcodes"}`."""
        zone = self.zone
        return {
            "status": self.status,
            "format": zone.format,
            "lines": list(zone.lines),
            "fields": dict(zone.fields or {}),
            "edits": [edit.as_json() for edit in zone.edits],
            "confirmed_by": list(zone.confirmed_by),
            "readers": [reader.as_json() for reader in zone.readers],
            "errors": [_fault_json(fault) for fault in (*zone.errors, *self.faults)],
            "barcodes": [code.as_json() for code in self.codes],
        }


def read_page(
    data: bytes,
    spec: Specification,
    trust: TrustStore | None = None,
    at: datetime | None = None,
    *,
    with_codes: bool = True,
) -> PageReading:
    """What stands on the page. trust, at: to judge a seal; without them a seal is `indeterminate`.

    Raises `Unavailable` when too many pages wait already.
    """
    limits = spec.border_reading
    if len(data) > limits.intake.maximum_bytes:
        return PageReading(ZoneReading("none"), faults=(too_many_bytes(limits.intake),))
    held = workers(limits.workers)
    with held.turns.turn(limits.workers.wait_seconds):
        zone = ZoneReading("none")
        codes: list[Code] = []
        faults: list[Fault] = []
        for number in range(1, limits.intake.pdf_pages + 1 if is_pdf(data) else 2):
            seen, found = _one_page(data, number, spec, with_codes)
            codes += found
            faults += seen.faults
            if not seen.there or seen.faults:
                break
            zone = seen.zone
            if zone.status != "none":
                break
    return PageReading(zone, judge_codes(_once(codes), zone, trust, at, spec), tuple(faults))


def _one_page(data: bytes, number: int, spec: Specification, with_codes: bool) -> tuple[worker.ZoneSeen, list[Code]]:
    """Zone and codes are looked for at once and apart: what ends one leaves the other."""
    limits = spec.border_reading
    held = workers(limits.workers)
    zone = held.schedule(worker.zone, data, number, rules_of(spec), limits)
    codes = held.schedule(worker.codes, data, number, limits) if with_codes else list
    try:
        seen = zone()
    except Overrun as overrun:
        seen = worker.ZoneSeen(True, faults=(overrun.fault,))
    try:
        found = list(codes())
    except Overrun as overrun:
        found, seen = [], replace(seen, faults=(*seen.faults, overrun.fault))
    return seen, found


def _once(codes: list[Code]) -> list[Code]:
    return list({code.content: code for code in codes}.values())


def _fault_json(fault: Fault) -> dict[str, str]:
    return {
        "field": fault.field or "",
        "code": fault.code.rpartition(".")[2],
        "message": fault.en,
        "message_ar": fault.ar,
    }
