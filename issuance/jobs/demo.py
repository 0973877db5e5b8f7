"""The main job without a server: one application in, a passport, a certificate and the trust to check them out.

Works in a temporary installation of its own: real database, real development keys, gone when it ends.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
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
from issuance.jobs.files import write_if_changed
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
from issuance.staff.commands import OfficeEntry, register_office
from keys import TrustStore, Verdict
from keys.verdict import Status
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
    application, _edition, portrait = passport_commands.judge(service.spec.passport, asked, picture, civil_day(now))
    _enter(service, application, portrait)
    passport = passport_commands.issue(service, DEMO, asked, portrait, now)
    request = certificate_request_of(specimen_person(), CERTIFICATE_OFFICE)
    request["national_number"] = application.national_number
    certificate = certificate_commands.issue(service, DEMO, request, now)
    files = write_passport(service, DEMO, passport.number, out / "passport")
    pdf, seal = out / "certificate" / "certificate.pdf", out / "certificate" / "seal.txt"
    write_if_changed(pdf, certificate_views.certificate_pdf(service, DEMO, certificate.number))
    write_if_changed(seal, certificate.seal.encode())
    trust_directory = out / "trust"
    trust_files = service.keys.export_trust(trust_directory)
    trust = TrustStore.from_directory(trust_directory)
    judged = {"passport": out / "passport", "certificate": pdf, "seal": seal}
    verdicts = {name: verify_path(path, trust, now) for name, path in judged.items()}
    return Demonstration(passport.number, certificate.number, (*files, pdf, seal, *trust_files), verdicts)


def _enter(service: Service, application: Application, portrait: Portrait) -> None:
    """The register of the demonstration holds just this applicant, and the office that the application names."""
    now = service.clock()
    known = {office.code: office for office in OFFICES}
    for code in {application.office, CERTIFICATE_OFFICE}:
        office = known.get(code) or OfficeEntry(code, "مكتب تجريبي", "Demonstration office", "branch", date(2014, 1, 1))
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
