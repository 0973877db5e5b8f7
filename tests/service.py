"""A small real installation for tests of the domains: one development PKI a run, offices, a person, a portrait.

Everything goes through the commands the service itself uses; nothing here is a stand-in.
"""

from __future__ import annotations

import copy
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr
from skimage import data as pictures
from sqlmodel import select

from issuance.certificates import requests, review
from issuance.certificates.facts import CertificateView
from issuance.core.actor import Actor, system
from issuance.core.settings import Settings
from issuance.db.session import Database
from issuance.db.tables import AuditRow, NumberAllocation, SigningIntent
from issuance.mrtd.portrait import Portrait
from issuance.people import commands as people
from issuance.people.facts import PersonFacts
from issuance.service import Service, open_service
from issuance.staff.offices import OfficeEntry, register_office
from keys import create_development_pki
from keys.open import SoftwareKeysWarning
from specs.errors import Fault, IssuanceError
from specs.load import SHIPPED, load
from tests import schemas, warm

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)
PASSPHRASE = "passphrase of the tests"
CLERK = system("test-clerk")
BASE_URL = "https://verify.example"
OFFICES = (
    OfficeEntry("PTIP", "فرع الجوازات طرابلس", "Passports Branch, Tripoli", "branch", date(2014, 1, 1)),
    OfficeEntry("CTIP", "مكتب القيود الجنائية طرابلس", "Criminal Records Office, Tripoli", "records", date(2014, 1, 1)),
    OfficeEntry("POLD", "فرع مغلق", "Closed branch", "branch", date(2014, 1, 1), valid_to=date(2026, 11, 21)),
    OfficeEntry("PNEW", "فرع لم يفتح", "Branch not yet open", "branch", date(2026, 11, 23)),
)
PERSON: dict[str, Any] = {
    "national_number": "119909000012",
    "names": {
        "arabic": {"first": "سالم", "father": "علي", "grandfather": "محمد", "family": "المبروك"},
        "latin": {"surname": "ALMABROUK", "given": "SALEM ALI MOHAMED"},
        "latin_confirmed": True,
    },
    "mother_arabic": "فاطمة حسن",
    "sex": "M",
    "birth_date": "1990-05-17",
    "place_of_birth": {"arabic": "طرابلس", "latin": "TRIPOLI"},
    "nationality": "LBY",
    "synthetic": True,
}
_folder = tempfile.TemporaryDirectory(prefix="issuance-tests-")


@cache
def development_keys() -> Path:
    """A key store under `PASSPHRASE`, made once a run; tests that damage one copy it first."""
    directory = Path(_folder.name) / "keys"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        create_development_pki(directory, PASSPHRASE, NOW, load().pki_profiles)
    return directory


def settings(home: Path, database_url: str, **changed: Any) -> Settings:
    """Settings of an installation over `database_url` with the run's keys; keyword arguments replace values."""
    values: dict[str, Any] = {
        "home": home,
        "database_url": database_url,
        "keys_directory": development_keys(),
        "key_passphrase": SecretStr(PASSPHRASE),
        "public_base_url": BASE_URL,
    }
    return Settings(**(values | changed))


def installation(home: Path, database_url: str, clock: Callable[[], datetime] = lambda: NOW, **changed: Any) -> Service:
    """An open service with the four offices and `PERSON`, whose portrait is in the record."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        service = open_service(settings(home, database_url, **changed), clock)
    for office in OFFICES:
        register_office(service.db, CLERK, office, service.spec, NOW)
    enter(service)
    return service


def enter(service: Service, **changed: Any) -> PersonFacts:
    """Enter `PERSON`, with fields replaced, and the portrait."""
    record = copy.deepcopy(PERSON) | changed
    return people.register(service, CLERK, record, _prepared(service), NOW)


def application(person: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """A passport application for `person` (default `PERSON`), right in every field that is not replaced."""
    held = copy.deepcopy(PERSON) | (person or {})
    kept = ("national_number", "names", "sex", "birth_date", "place_of_birth", "nationality")
    asked = {name: held[name] for name in kept} | {"document_type": "ORDINARY", "office": "PTIP"}
    return asked | changed


def issued(
    service: Service, asked: dict[str, Any], now: datetime = NOW, request_id: str | None = None
) -> CertificateView:
    """The certificate asked for, by way of the officers who have to see it first."""
    view = requests.open_at_office(service, CLERK, asked, now, request_id)
    if view.state == "review":
        view = review.decide_issue(service, officer("first"), view.id, "checked", now)
    if view.state == "approval":
        held = review.docket(service, officer("second"), view.id, now)
        assert held.approval is not None
        view = review.approve(service, officer("second"), held.approval.id, "checked", now)
    return review.certificate_of(service, view)


def officer(name: str, office: str = "CTIP") -> Actor:
    """A certificate officer with an account of that name."""
    return Actor(name, "staff", frozenset({"certificate_officer"}), office)


def replaced(value: dict[str, Any], path: str, new: Any) -> dict[str, Any]:
    """A deep copy with the value at a dotted path replaced; `...` removes it."""
    out = copy.deepcopy(value)
    *parents, last = path.split(".")
    held = out
    for step in parents:
        held = held[step]
    if new is ...:
        del held[last]
    else:
        held[last] = new
    return out


def request(**changed: Any) -> dict[str, Any]:
    """A certificate request for `PERSON`."""
    asked: dict[str, Any] = {
        "national_number": PERSON["national_number"],
        "purpose": "employment",
        "addressee": {"ar": "مصرف ليبيا المركزي", "en": "Central Bank of Libya"},
        "office": "CTIP",
    }
    return asked | changed


def _prepared(service: Service) -> Portrait:
    """`portrait` judged by the editions of this service: once a run for those shipped, since it takes 0.4 s."""
    shipped = service.spec.passport is load(SHIPPED).passport
    return prepared_portrait() if shipped else people.portrait_of(service.spec, portrait())


@cache
def prepared_portrait() -> Portrait:
    """`portrait` judged by the editions shipped, once a run."""
    return people.portrait_of(load(SHIPPED), portrait())


@cache
def portrait(kind: str = "JPEG") -> bytes:
    """A public-domain portrait as a camera would give it: it keeps every limit, also those recommended."""
    out = io.BytesIO()
    Image.fromarray(pictures.astronaut()).resize((1100, 1100)).save(out, kind)  # type: ignore[no-untyped-call]
    return out.getvalue()


@cache
def coarse_portrait() -> bytes:
    """The same picture with fewer pixels than recommended: taken, with a warning."""
    out = io.BytesIO()
    Image.fromarray(pictures.astronaut()).save(out, "JPEG")  # type: ignore[no-untyped-call]
    return out.getvalue()


def numbers(db: Database) -> list[tuple[str, str, str | None]]:
    """(number, state, why void) of every number ever given out, in order."""
    with db.reading() as read:
        rows = read.exec(select(NumberAllocation).order_by(NumberAllocation.allocated_at, NumberAllocation.serial))  # type: ignore[arg-type]
        return [(row.number, row.state, row.void_reason) for row in rows]


def intents(db: Database) -> list[tuple[str, str | None]]:
    """(reference, outcome) of every signature begun, in order."""
    with db.reading() as read:
        rows = read.exec(select(SigningIntent).order_by(SigningIntent.created_at))  # type: ignore[arg-type]
        return [(row.reference, row.outcome) for row in rows]


def trail(db: Database) -> list[str]:
    """The actions of the audit trail, in order."""
    with db.reading() as read:
        return [row.action for row in read.exec(select(AuditRow).order_by(AuditRow.seq))]  # type: ignore[arg-type]


def found(error: IssuanceError) -> set[tuple[str | None, str]]:
    """(field, code) of every fault; each must name field and clause and speak both languages."""
    for fault in error.faults:
        assert_complete(fault)
    return {(fault.field, fault.code) for fault in error.faults}


def assert_complete(fault: Fault) -> None:
    """A fault a person can act on: field, clause, an Arabic and an English sentence."""
    assert fault.field, fault
    assert fault.clause, fault
    assert any("\u0621" <= character <= "\u064a" for character in fault.ar), fault
    assert any("a" <= character <= "z" for character in fault.en), fault


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """A fresh installation, once on SQLite and once on PostgreSQL."""
    opened = installation(tmp_path / "home", database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One installation on SQLite for all tests of a module, which therefore ask only for what they themselves did."""
    home = tmp_path_factory.mktemp("desk")
    path = home / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    opened = installation(home, f"sqlite:///{path}")
    yield opened
    opened.close()


def console(
    *arguments: object, home: Path | None = None, specs: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `issuance` in a process of its own, with no other `ISSUANCE_*` settings than these.

    A JSON answer is held against its published schema.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISSUANCE_")} | more
    if home is not None:
        environment["ISSUANCE_HOME"] = str(home)
    if specs is not None:
        environment["ISSUANCE_SPECS"] = str(specs)
    given = [str(argument) for argument in arguments]
    done = warm.run(given, environment, ROOT, 180)
    schemas.judge_console(given, done, specs)
    return done


@cache
def _first_home() -> Path:
    home = Path(_folder.name) / "initialised"
    done = console("init", "--json", home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def initialised(home: Path) -> Path:
    """What `issuance init` makes of an empty `home`: copied, since it takes seconds."""
    return Path(shutil.copytree(_first_home(), home))


def audited(home: Path, action: str) -> list[tuple[str, dict[str, Any]]]:
    """(subject, detail) of the audit rows of this action in an installation's own database, oldest first."""
    with closing(sqlite3.connect(home / "issuance.db")) as database:
        rows = database.execute("SELECT subject, detail FROM audit_rows WHERE action = ? ORDER BY seq", (action,))
        return [(subject, json.loads(detail)) for subject, detail in rows]


@cache
def demonstration() -> tuple[Path, dict[str, Any]]:
    """The folder and the answer of one `issuance demo --json` a run, on the documented example; read only."""
    out = Path(_folder.name) / "demo"
    done = console("demo", "--out", out, "--application", ROOT / "docs/application.example.json", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return out, json.loads(done.stdout)


def changed_specification(to: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the specification in `to` in which, for each (file, old, new), every `old` has become `new`."""
    shutil.copytree(SHIPPED, to, ignore=shutil.ignore_patterns("*.py", "__pycache__", "schema"))
    for file, old, new in changes:
        text = (to / file).read_text("utf-8")
        assert old in text, (file, old)
        (to / file).write_text(text.replace(old, new), "utf-8")
    return to
