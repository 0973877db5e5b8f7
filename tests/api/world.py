"""A small real installation for tests of the edges: development keys, two offices, staff, a client, one person.

Accounts and people are made through the same commands the service uses; nothing here is a stand-in.
"""

from __future__ import annotations

import io
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from skimage import data as pictures

from issuance.api.app import create_app
from issuance.core.actor import system
from issuance.core.settings import Settings
from issuance.mrtd.portrait import Portrait, prepare_portrait
from issuance.people import commands as people
from issuance.service import Service, create_keys, open_service
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from issuance.staff.offices import OfficeEntry, register_office
from specs.load import load

PERSON = {
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
CERTIFICATE = {
    "national_number": PERSON["national_number"],
    "purpose": "employment",
    "addressee": {"ar": "مصرف ليبيا المركزي", "en": "Central Bank of Libya"},
}
OFFICES = (
    ("PTIP", "فرع الجوازات طرابلس", "Passports Branch, Tripoli", "branch"),
    ("CTIP", "مكتب القيود الجنائية", "Criminal Records Office", "records"),
)
ACCOUNTS = (
    ("passports", "passport_officer", "PTIP"),
    ("certificates", "certificate_officer", "CTIP"),
    ("auditor", "auditor", None),
)
CLIENTS = (("passport-program", "passport_system", "PTIP"), ("certificate-program", "certificate_system", "CTIP"))


def application() -> dict[str, Any]:
    """A passport application for the one person, right in every field."""
    kept = ("national_number", "names", "sex", "birth_date", "place_of_birth", "nationality")
    return {**{name: deepcopy(PERSON[name]) for name in kept}, "document_type": "ORDINARY", "office": "PTIP"}


@cache
def portrait() -> bytes:
    """A public-domain portrait as a camera would give it, within every limit."""
    out = io.BytesIO()
    Image.fromarray(pictures.astronaut()).resize((1100, 1100)).save(out, "JPEG", quality=92)
    return out.getvalue()


@cache
def _prepared() -> Portrait:
    return prepare_portrait(portrait(), load().passport.editions["2026"].portrait)


@dataclass(frozen=True)
class World:
    """The open service, and the secrets that let tests in."""

    service: Service
    passwords: dict[str, str]
    tokens: dict[str, str]

    def app(self) -> Any:
        return create_app(self.service)

    def bearer(self, client: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[client]}"}


def build(home: Path, database_url: str, **settings: Any) -> World:
    """An installation in `home`, which has its keys (`make_keys`), over a migrated database."""
    service = open_service(Settings(home=home, database_url=database_url, **settings))
    actor, now, spec = system("tests"), datetime.now(UTC), service.spec
    for code, arabic, english, kind in OFFICES:
        opened = date.today() - timedelta(days=400)
        register_office(service.db, actor, OfficeEntry(code, arabic, english, kind, opened), spec, now)
    passwords, tokens = {}, {}
    for name, role, office in ACCOUNTS:
        entry = AccountEntry(name, f"Test {name}", [role], office)
        passwords[name] = staff.open_account(service.db, actor, entry, spec, now, must_change=False).secret
    for name, role, office in CLIENTS:
        tokens[name] = staff.register_client(
            service.db, actor, AccountEntry(name, name, [role], office), spec, now
        ).secret
    people.register(service, actor, PERSON, _prepared(), now)
    return World(service, passwords, tokens)


def make_keys(home: Path) -> None:
    """Development keys and their passphrase."""
    create_keys(Settings(home=home), load(), datetime.now(UTC))
