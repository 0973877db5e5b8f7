"""Passports by the whole way, for tests: an account for each duty, and an application taken as far as a test needs.

The picture is judged once a run; everything else is what the service does.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from sqlmodel import select

from issuance.core.actor import Actor
from issuance.db.session import Database
from issuance.fees import public as fees
from issuance.passports import checking, deciding, delivering, enrol, producing, quality
from issuance.passports.model import Passport, PassportApplication, PassportFile
from issuance.passports.way import ApplicationView, subject_of
from issuance.people.registry_model import RegistryEntry
from issuance.service import Service
from issuance.stock import public as stock
from tests.service import CLERK, NOW, TODAY, application, changed_specification, enter, installation, portrait
from tests.stock import stocked

Stage = Literal["draft", "paying", "deciding", "approved", "production", "quality", "ready", "handed_over"]
STAGES: tuple[Stage, ...] = get_args(Stage)


def duty(role: str, name: str | None = None, office: str = "PTIP") -> Actor:
    """Somebody at the passport office with an account of their own, called as the role where no name is given."""
    return Actor(name or role, "staff", frozenset({role}), office)


ENROLLER = duty("passport_clerk")
OFFICER = duty("passport_officer")
SECOND = duty("passport_officer", "second officer")
MAKER = duty("personaliser")
CONTROLLER = duty("quality_controller")
DELIVERER = duty("delivery_clerk")
AT_THE_DESK = {"receiver": "holder", "method": "document", "proof": "kt-1"}


def asked(person: dict[str, Any] | None = None, kind: str = "first", **changed: Any) -> dict[str, Any]:
    """A request for `person` (default the one of `tests.service`)."""
    return {"kind": kind, "application": application(person)} | changed


def walk(
    service: Service, until: Stage = "handed_over", wanted: dict[str, Any] | None = None, now: datetime = NOW
) -> ApplicationView:
    """Take a new application as far as `until`, each step by whose duty it is. A blank must be in store to go beyond
    `approved` (`filled`, which this calls)."""
    drafted = enrol.draft(service, ENROLLER, wanted or asked(), now)
    view, goal = drafted.view, STAGES.index(until)
    if goal >= 1:
        enrol.attach(service, ENROLLER, view.id, "portrait", portrait(), "image/jpeg", now)
        view = enrol.submit(service, ENROLLER, view.id, now)
    if goal >= 2:
        view = pay(service, view, now)
    if goal >= 3:
        view = approve(service, view.id, now)
    if goal >= 4:
        filled(service)
        made = producing.produce(service, MAKER, view.id, now)
    if goal >= 5:
        quality.written(service, MAKER, made.number, now)
    if goal >= 6:
        assert not check(service, made.number, now).differences
    if goal >= 7:
        delivering.hand_over(service, DELIVERER, made.number, dict(AT_THE_DESK), now)
    return look(service, view.id)


def filled(service: Service, blanks: int = 500) -> None:
    """See that the store of the office that makes books holds blanks."""
    with service.db.reading() as read:
        if stock.usable(read, "PTIP"):
            return
    stocked(service.db, "PTIP", blanks, NOW)


def pay(service: Service, view: ApplicationView, now: datetime = NOW) -> ApplicationView:
    """Pay the fee at the desk, where one is due."""
    if view.state != "paying":
        return view
    with service.db.reading() as read:
        payment = fees.payment_for(read, subject_of(view.id))
    assert payment is not None
    fees.take_cash(service, CLERK, payment.reference, payment.amount, now)
    checking.paid(service, subject_of(view.id), now)
    return look(service, view.id)


def approve(service: Service, application_id: str, now: datetime = NOW, officer: Actor = OFFICER) -> ApplicationView:
    shown = deciding.docket(service, officer, application_id, now)
    return deciding.decide(service, officer, application_id, "approve", shown.digest, "complete", now)


def check(service: Service, number: str, now: datetime = NOW) -> quality.Checked:
    """Quality control of a book that was written as ordered."""
    chip, page = as_written(service.db, number)
    return quality.check(service, CONTROLLER, number, chip, page, now)


def as_written(db: Database, number: str) -> tuple[dict[str, bytes], bytes]:
    """What a reader finds on a book that came out as ordered: the chip files, the picture of the page."""
    with db.reading() as read:
        query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
        files = dict(read.exec(query).all())
    return {name: content for name, content in files.items() if name.endswith(".bin")}, files["data_page.png"]


def look(service: Service, application_id: str) -> ApplicationView:
    with service.db.reading() as read:
        row = read.get(PassportApplication, application_id)
        assert row is not None
        return enrol.view_of(read, row)


def book(service: Service, number: str) -> Passport:
    with service.db.reading() as read:
        row = read.get(Passport, number)
        assert row is not None
        return row


@cache
def nth_person(serial: int) -> dict[str, Any]:
    """The fields by which the `serial`-th invented person differs from the one of `tests.service`."""
    return {"national_number": f"1199090{serial:05d}"}


def enter_nth(service: Service, serial: int) -> dict[str, Any]:
    """Enter the person and give what their application replaces."""
    changed = nth_person(serial)
    enter(service, **changed)
    return changed


def swift(folder: Path) -> Service:
    """An installation on a new SQLite file in `folder` for tests that make many books: pages at the coarsest the
    specification allows (200 dpi). Nothing else differs. The template of the database is expected as
    `folder / "issuance.db"`."""
    coarse = ("passport/editions/2026/data_page.yaml", "resolution_dpi: 300", "resolution_dpi: 200")
    specs = changed_specification(folder / "specs", coarse)
    return installation(folder / "home", f"sqlite:///{folder / 'issuance.db'}", specs=specs)


def family_entry(person: str, family: str) -> RegistryEntry:
    """The civil registry's facts of a person, live, kept under a family record."""
    return RegistryEntry(
        person_id=person, state="live", family_record=family, registered_on=TODAY, registered_late=False, transfers=[],
        as_of=NOW,
    )  # fmt: skip
