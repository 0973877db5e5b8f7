"""The main job without a server: one application in, a passport, a certificate and the trust to check them out.

Works in a temporary installation of its own: real database, real development keys, gone when it ends.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from issuance.border.verify import verify_path, worst
from issuance.certificates import commands as certificate_commands
from issuance.certificates import views as certificate_views
from issuance.core import clock
from issuance.core.actor import system
from issuance.core.civil import civil_day
from issuance.core.settings import Settings
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.jobs.files import replacing, write_if_changed
from issuance.jobs.installation import (
    application_of,
    certificate_request_of,
    example_portrait,
    specimen_person,
    write_passport,
)
from issuance.jobs.specimens import OFFICES
from issuance.mrtd.portrait import Portrait
from issuance.passports import commands as passport_commands
from issuance.passports.application import Application
from issuance.people import commands as people_commands
from issuance.service import Service, create_keys, open_service
from issuance.staff.offices import register_office
from keys import TrustStore, Verdict
from keys.verdict import Status
from specs.errors import Fault, Invalid
from specs.load import load

DEMO = system("demo")
CERTIFICATE_OFFICE = "CTIP"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was written, and what a verifier that knows only `DIR/trust` says of it."""

    passport_number: str
    certificate_number: str
    files: tuple[Path, ...]
    verdicts: dict[str, Verdict]

    @property
    def status(self) -> Status:
        return worst(list(self.verdicts.values()))

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "passport": self.passport_number,
            "certificate": self.certificate_number,
            "files": [str(path) for path in self.files],
            "verdicts": {name: verdict.as_json() for name, verdict in self.verdicts.items()},
        }


def demonstrate(out: Path, application: Any = None, portrait: bytes | None = None) -> Demonstration:
    """Issue to `out`; application: decoded JSON, portrait: picture, both default to the specimen's.

    Raises `Invalid` naming every fault of both; then nothing is written.
    """
    asked = application if application is not None else application_of(specimen_person())
    with tempfile.TemporaryDirectory(prefix="issuance-demo-") as home:
        settings = Settings(home=Path(home), public_base_url="http://127.0.0.1:8000")
        service = _installation(settings)
        try:
            return _issue(service, out, asked, portrait if portrait is not None else example_portrait())
        finally:
            service.close()


def _installation(settings: Settings) -> Service:
    spec = load(settings.specs)
    db = Database(settings.database)
    migrate(db)
    db.close()
    create_keys(settings, spec, clock.now())
    return open_service(settings)


def _issue(service: Service, out: Path, asked: Any, picture: bytes) -> Demonstration:
    now = service.clock()
    application, portrait = _judged(service, asked, picture, now)
    _enter(service, application, portrait)
    passport = passport_commands.issue(service, DEMO, asked, portrait, now)
    request = certificate_request_of(specimen_person(), CERTIFICATE_OFFICE)
    request["national_number"] = application.national_number
    certificate = certificate_commands.issue(service, DEMO, request, now)
    pdf, seal = out / "certificate" / "certificate.pdf", out / "certificate" / "seal.txt"
    with replacing(out, "passport", "certificate", "trust") as fresh:
        files = write_passport(service, DEMO, passport.number, fresh / "passport")
        write_if_changed(fresh / "certificate" / pdf.name, _pdf(service, certificate.number))
        write_if_changed(fresh / "certificate" / seal.name, certificate.seal.encode())
        files += service.keys.export_trust(fresh / "trust")
        names = [path.relative_to(fresh) for path in files]
    trust = TrustStore.from_directory(out / "trust")
    judged = {"passport": out / "passport", "certificate": pdf, "seal": seal}
    verdicts = {name: verify_path(path, trust, now) for name, path in judged.items()}
    return Demonstration(passport.number, certificate.number, (*(out / name for name in names), pdf, seal), verdicts)


def _pdf(service: Service, number: str) -> bytes:
    return certificate_views.certificate_pdf(service, DEMO, number)


def _judged(service: Service, asked: Any, picture: bytes, now: datetime) -> tuple[Application, Portrait]:
    """The application and its portrait; every fault at once, an office that is none of the specimens among them."""
    found: list[Fault] = []
    office = asked.get("office") if isinstance(asked, dict) else None
    known = [entry.code for entry in OFFICES]
    if isinstance(office, str) and office.strip() and office.strip() not in known:
        ar, en = f"مكتب غير معروف؛ المتاح: {'، '.join(known)}", f"no such office; one of {', '.join(known)}"
        found.append(Fault("jobs.demo.office", ar, en, field="office", clause="docs/applications.md"))
    try:
        judged = passport_commands.judge(service.spec.passport, asked, picture, civil_day(now))
    except Invalid as error:
        raise Invalid(*error.faults, *found) from error
    if found:
        raise Invalid(*found)
    application, _edition, portrait = judged
    return application, portrait


def _enter(service: Service, application: Application, portrait: Portrait) -> None:
    """The register of the demonstration holds just this applicant, and the office that the application names."""
    now = service.clock()
    for office in OFFICES:
        if office.code in (application.office, CERTIFICATE_OFFICE):
            register_office(service.db, DEMO, office, service.spec, now)
    record = {
        "national_number": application.national_number,
        "names": application.names.model_dump(),
        "mother_arabic": "غير مذكور",
        "sex": application.sex,
        "birth_date": application.birth_date,
        "place_of_birth": application.place_of_birth.model_dump(),
        "nationality": application.nationality,
        "synthetic": True,
    }
    people_commands.register(service, DEMO, record, portrait, now)
