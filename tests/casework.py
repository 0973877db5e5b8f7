"""Offices, officers and steps for tests of the case register: one station, one prosecution, the courts above them.

Everything goes through the commands the service itself uses; the people are synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from issuance.cases.act import Move, act, open_case
from issuance.cases.evidence import Capture, Evidence, enter, store
from issuance.cases.file import CaseFile
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from issuance.staff.offices import OfficeEntry, register_office
from tests.service import CLERK, NOW, PERSON

STATION, PROSECUTION, SUMMARY, FIRST, FELONY, SUPREME = "ST-TIP", "PR-TIP", "SC-TIP", "FI-TIP", "AC-TIP", "SU-TIP"
FOUNDED = date(2014, 1, 1)
CASE_OFFICES = (
    OfficeEntry(STATION, "مركز شرطة المدينة", "City police station", "station", FOUNDED),
    OfficeEntry("ST-BEN", "مركز شرطة بنغازي", "Benghazi police station", "station", FOUNDED),
    OfficeEntry(PROSECUTION, "نيابة طرابلس", "Tripoli prosecution", "prosecution", FOUNDED),
    OfficeEntry(SUMMARY, "محكمة طرابلس الجزئية", "Tripoli summary court", "summary_court", FOUNDED),
    OfficeEntry(
        FIRST, "محكمة طرابلس الابتدائية", "Tripoli first-instance court", "first_instance_court", date(2014, 1, 1)
    ),
    OfficeEntry(FELONY, "محكمة استئناف طرابلس", "Tripoli court of appeal", "appeal_court", FOUNDED),
    OfficeEntry(SUPREME, "المحكمة العليا", "Supreme Court", "supreme_court", FOUNDED),
)


def officer(role: str, office: str | None, name: str | None = None) -> Actor:
    """A member of staff of one role in one office."""
    return Actor(name or f"{role}@{office}", "staff", frozenset({role}), office)


STATION_OFFICER = officer("station_officer", STATION)
STATION_CHIEF = officer("station_chief", STATION)
PROSECUTOR = officer("prosecutor", PROSECUTION)
CHIEF_PROSECUTOR = officer("chief_prosecutor", PROSECUTION)
CHAMBER = officer("indictment_chamber", FIRST)
SUMMARY_REGISTRAR = officer("court_registrar", SUMMARY)
FIRST_REGISTRAR = officer("court_registrar", FIRST)
FELONY_REGISTRAR = officer("court_registrar", FELONY)
SUPREME_REGISTRAR = officer("supreme_court_registrar", SUPREME)
EXECUTION_OFFICER = officer("execution_officer", PROSECUTION)
SYSTEM = CLERK

THEFT: dict[str, Any] = {
    "summary": "سرقة من محل تجاري",
    "place": "شارع الجمهورية",
    "report_kind": "victim",
    "offence": "theft",
    "committed_on": "2026-01-10",
    "accused_name": "سالم علي محمد المبروك",
}
MURDER = THEFT | {"summary": "واقعة قتل", "offence": "murder"}
PRISON = [{"kind": "imprisonment", "amount": 5, "unit": "years"}]
DETENTION = [{"kind": "detention", "amount": 6, "unit": "months"}, {"kind": "fine", "amount": 500, "unit": "dinars"}]


def with_case_offices(service: Service) -> Service:
    """The same service, with the offices of this module."""
    for office in CASE_OFFICES:
        register_office(service.db, CLERK, office, service.spec, NOW)
    return service


def opened(service: Service, on: date = date(2026, 1, 11), now: datetime = NOW, **body: Any) -> CaseFile:
    """A file of the station, opened `on`; keyword arguments replace values of `THEFT`."""
    return open_case(service, STATION_OFFICER, Move("open", THEFT | body, happened_on=on), now)


def step(
    service: Service, actor: Actor, file: CaseFile, name: str, on: date, now: datetime = NOW, **body: Any
) -> CaseFile:
    """One action by `actor` that took effect `on`; keyword arguments are its body."""
    return act(service, actor, file.number, Move(name, body, happened_on=on), now, expected=file.version)


def identified(service: Service, actor: Actor, file: CaseFile, on: date, now: datetime = NOW) -> CaseFile:
    """A1 is found to be `PERSON`, by fingerprints."""
    said = {"accused": "A1", "national_number": PERSON["national_number"], "confirmation": "fingerprints"}
    return step(service, actor, file, "identify_accused", on, now, **said, note="مطابقة البصمات")


def at_prosecution(service: Service, on: date = date(2026, 1, 12), now: datetime = NOW, **body: Any) -> CaseFile:
    """A file received by the prosecution on `on`, its accused identified."""
    file = opened(service, date(2026, 1, 11), now, **body)
    file = identified(service, STATION_OFFICER, file, date(2026, 1, 11), now)
    file = step(service, STATION_OFFICER, file, "send_to_prosecution", on, now, to_office=PROSECUTION)
    return step(service, PROSECUTOR, file, "acknowledge", on, now)


def before_summary_court(service: Service, on: date = date(2026, 1, 20), now: datetime = NOW, **body: Any) -> CaseFile:
    """A misdemeanour received by the summary court on `on`."""
    file = at_prosecution(service, now=now, **body)
    file = step(service, PROSECUTOR, file, "refer_summary", on, now, to_office=SUMMARY)
    return step(service, SUMMARY_REGISTRAR, file, "acknowledge", on, now)


def before_felony_court(
    service: Service, on: date = date(2026, 2, 10), now: datetime = NOW, more: Sequence[str] = ()
) -> CaseFile:
    """A felony received by the felony court on `on`. more: names of others accused of it."""
    file = at_prosecution(service, now=now, **MURDER)
    file = step(service, PROSECUTOR, file, "investigate", date(2026, 1, 13), now)
    for name in more:
        file = step(service, PROSECUTOR, file, "add_accused", date(2026, 1, 13), now, accused_name=name, charges=["C1"])
    file = step(service, PROSECUTOR, file, "refer_indictment", date(2026, 1, 30), now, to_office=FIRST)
    file = step(service, CHAMBER, file, "acknowledge", date(2026, 1, 31), now)
    file = step(service, CHAMBER, file, "chamber_to_felony_court", on, now, to_office=FELONY)
    return step(service, FELONY_REGISTRAR, file, "acknowledge", on, now)


def taken_in_alone(
    service: Service, actor: Actor, case_id: str, said: Capture, content: bytes, now: datetime = NOW
) -> Evidence:
    """An item that no action names: what the check of the store is tried on, and what no action may pick up."""
    stored = store(service, said, BytesIO(content), now)
    with unit_of_work(service.db, actor, "evidence alone", now) as tx:
        return enter(tx, case_id, said, stored)
