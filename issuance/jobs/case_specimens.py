"""The invented case register that `make run` starts from: offices, staff, and files at several stages. Synthetic only.

Every step goes through the commands that the service itself uses, in the roles that would take it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from issuance.cases.act import Move, act, open_case
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.service import Service
from issuance.staff.commands import AccountEntry
from issuance.staff.offices import OfficeEntry

_OPENED = date(2014, 1, 1)
STATION, PROSECUTION, SUMMARY, FIRST, FELONY, SUPREME = "ST-TIP", "PR-TIP", "SC-TIP", "FI-TIP", "AC-TIP", "SU-LY"

CASE_OFFICES = (
    OfficeEntry("SD-TIP", "مديرية أمن طرابلس", "Security Directorate, Tripoli", "directorate", _OPENED, "LY-TB"),
    OfficeEntry(STATION, "مركز شرطة المدينة", "City Police Station", "station", _OPENED, "LY-TB", parent="SD-TIP"),
    OfficeEntry(PROSECUTION, "نيابة طرابلس", "Prosecution, Tripoli", "prosecution", _OPENED, "LY-TB"),
    OfficeEntry(SUMMARY, "محكمة طرابلس الجزئية", "Summary Court, Tripoli", "summary_court", _OPENED, "LY-TB"),
    OfficeEntry(
        FIRST, "محكمة طرابلس الابتدائية", "Court of First Instance, Tripoli", "first_instance_court", _OPENED, "LY-TB"
    ),
    OfficeEntry(FELONY, "محكمة استئناف طرابلس", "Court of Appeal, Tripoli", "appeal_court", _OPENED, "LY-TB"),
    OfficeEntry(SUPREME, "المحكمة العليا", "Supreme Court", "supreme_court", _OPENED, "LY-TB"),
)

CASE_ACCOUNTS = (
    AccountEntry("station", "ضابط مركز شرطة / Station officer", ("station_officer",), STATION),
    AccountEntry("chief", "رئيس مركز شرطة / Station chief", ("station_chief",), STATION),
    AccountEntry("prosecutor", "وكيل نيابة / Prosecutor", ("prosecutor",), PROSECUTION),
    AccountEntry("chiefprosecutor", "رئيس نيابة / Chief prosecutor", ("chief_prosecutor",), PROSECUTION),
    AccountEntry("chamber", "غرفة الاتهام / Indictment chamber", ("indictment_chamber",), FIRST),
    AccountEntry("registrar", "قلم المحكمة الجزئية / Summary court registrar", ("court_registrar",), SUMMARY),
    AccountEntry("felonyregistrar", "قلم محكمة الجنايات / Felony court registrar", ("court_registrar",), FELONY),
    AccountEntry("judge", "قاضٍ / Judge", ("judge",), SUMMARY),
    AccountEntry("execution", "مأمور تنفيذ / Execution officer", ("execution_officer",), PROSECUTION),
    AccountEntry("supervisor", "مفتش القضايا / Case supervisor", ("case_supervisor",), None),
    AccountEntry("statistics", "إحصائي / Statistics officer", ("statistics_officer",), None),
)


@dataclass(frozen=True, slots=True)
class _Step:
    """One action, by a role in an office, so many days after the file was opened."""

    role: str
    office: str
    name: str
    day: int
    body: dict[str, Any] = field(default_factory=dict)


_TO_PROSECUTION = (
    _Step("station_officer", STATION, "begin_evidence", 0),
    _Step("station_officer", STATION, "send_to_prosecution", 2, {"to_office": PROSECUTION}),
    _Step("prosecutor", PROSECUTION, "acknowledge", 3),
)
_TO_SUMMARY_COURT = (
    *_TO_PROSECUTION,
    _Step("prosecutor", PROSECUTION, "refer_summary", 9, {"to_office": SUMMARY}),
    _Step("court_registrar", SUMMARY, "acknowledge", 10),
)
_SIX_MONTHS = [{"kind": "detention", "amount": 6, "unit": "months", "suspended": True}]
_STORIES: tuple[tuple[int, dict[str, Any], tuple[_Step, ...]], ...] = (
    (2, {"offence": "theft", "summary": "سرقة هاتف من سيارة متوقفة", "accused_name": None}, ()),
    (12, {"offence": "fraud", "summary": "بيع قطعة أرض لا يملكها"}, _TO_PROSECUTION[:2]),
    (20, {"offence": "robbery", "summary": "سرقة محل صرافة بالإكراه"}, (
        *_TO_PROSECUTION, _Step("prosecutor", PROSECUTION, "investigate", 4))),
    (40, {"offence": "simple_injury", "summary": "مشاجرة في سوق"}, (
        *_TO_SUMMARY_COURT,
        _Step("court_registrar", SUMMARY, "rule", 36,
              {"presence": "in_presence", "verdict": "conviction", "penalties": _SIX_MONTHS}))),
    (200, {"offence": "defamation", "summary": "سب علني في منشور"}, (
        *_TO_SUMMARY_COURT,
        _Step("court_registrar", SUMMARY, "rule", 40, {"presence": "in_presence", "verdict": "acquittal"}),
        _Step("court_registrar", SUMMARY, "become_final", 130))),
)  # fmt: skip


def case_specimens(service: Service, names: tuple[str, ...], now: datetime) -> int:
    """Open the invented files, each accused under one of `names`; how many."""
    for (age, told, steps), name in zip(_STORIES, names, strict=False):
        opened_on = civil_day(now) - timedelta(days=age)
        body = {
            "place": "طرابلس، شارع الجمهورية",
            "region": "LY-TB",
            "report_kind": "victim",
            "committed_on": opened_on.isoformat(),
            "accused_name": name,
        } | told
        file = open_case(service, _actor("station_officer", STATION), Move("open", body, happened_on=opened_on), now)
        for step in steps:
            move = Move(step.name, step.body, happened_on=opened_on + timedelta(days=step.day))
            file = act(service, _actor(step.role, step.office), file.number, move, now)
    return len(_STORIES)


def _actor(role: str, office: str) -> Actor:
    """The seed, in a role of the case register: what it enters is held to the same rules."""
    return Actor(f"seed:{role}", "staff", frozenset({role}), office)
