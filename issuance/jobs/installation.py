"""Make an installation out of nothing: database, development PKI, synthetic register, staff, two verified specimens.

Every step looks first and leaves alone what exists, so a second run changes nothing and a run that was cut off goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from issuance.border.verify import verify_path
from issuance.cases import commands as case_commands
from issuance.cases.public import any_file_of, rulings_of
from issuance.certificates.public import newest
from issuance.core import clock
from issuance.core.actor import Actor, system
from issuance.core.settings import Settings
from issuance.db.migrate import migrate
from issuance.db.session import Database
from issuance.jobs.case_specimens import STATION, case_specimens
from issuance.jobs.certificate_specimens import specimen_certificate
from issuance.jobs.files import write_if_changed
from issuance.jobs.specimens import ACCOUNTS, BLANKS, BRANCH, OFFICES, RULINGS
from issuance.jobs.synthetic import SyntheticPerson, synthetic_people
from issuance.passports import commands as passport_commands
from issuance.passports import views as passport_views
from issuance.people import commands as people_commands
from issuance.people.public import find_person, require_person
from issuance.service import Service, create_keys, open_service
from issuance.staff.commands import open_account
from issuance.staff.offices import register_office
from issuance.staff.public import offices
from issuance.staff.views import accounts
from issuance.stock import public as stock
from issuance.stock.two import Wanted, receive_at_console
from keys import Verdict
from specs.load import load

PEOPLE = 40
SEED = system("seed")
Told = Callable[[str], None]
"""Receives one line for a person for each step that did something."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account made now; the password is shown once and kept nowhere."""

    username: str
    password: str
    title: str


@dataclass(frozen=True, slots=True)
class Specimen:
    """A document of the installation and where its files lie."""

    kind: str
    number: str
    path: Path
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Prepared:
    """An installation ready to serve."""

    service: Service
    accounts: tuple[NewAccount, ...]
    specimens: tuple[Specimen, ...]


def prepare_installation(settings: Settings, told: Told = lambda _line: None) -> Prepared:
    """Bring the installation of `settings` to its first useful state. Raises typed errors; nothing half-made counts."""
    spec = load(settings.specs)
    db = Database(settings.database)
    migrate(db)
    db.close()
    if create_keys(settings, spec, clock.now()):
        told("أنشئت مفاتيح التطوير / development keys created")
    service = open_service(settings)
    if settings.production:
        return Prepared(service, (), ())
    new_accounts = seed(service, told)
    return Prepared(service, new_accounts, specimens(service, told))


def seed(service: Service, told: Told) -> tuple[NewAccount, ...]:
    """Offices, accounts, people, two rulings and a few case files, each only where it is missing."""
    now, spec = service.clock(), service.spec
    with service.db.reading() as read:
        known_offices = {office.code for office in offices(read)}
        known_accounts = {account.username for account in accounts(read, SEED)}
    for office in OFFICES:
        if office.code not in known_offices:
            register_office(service.db, SEED, office, spec, now)
    made = []
    for account in ACCOUNTS:
        if account.username not in known_accounts:
            issued = open_account(service.db, SEED, account, spec, now, must_change=False)
            made.append(NewAccount(account.username, issued.secret, account.display_name))
    _seed_blanks(service, told)
    _seed_people(service, told)
    convicted = convicted_person().national_number
    with service.db.reading() as read:
        recorded = {ruling.case_number for ruling in rulings_of(read, require_person(read, convicted).id)}
    for ruling in RULINGS:
        if ruling.case_number not in recorded:
            case_commands.record_ruling(service, SEED, convicted, ruling, now)
    with service.db.reading() as read:
        cases_held = any_file_of(read, STATION)
    if not cases_held:
        names = tuple(" ".join(person.arabic) for person in synthetic_people(PEOPLE) if person.birth_date < "2000")
        told(f"{case_specimens(service, names, now)} قضايا افتراضية / synthetic cases")
    return tuple(made)


def _seed_blanks(service: Service, told: Told) -> None:
    """Blanks at the branch of the specimens, so that a book can be made at once."""
    with service.db.reading() as read:
        if stock.usable(read, BRANCH):
            return
    delivered = Wanted("receive", BRANCH, BLANKS, document="SPECIMEN", count=200)
    receive_at_console(service, SEED, delivered, service.clock())
    told("200 دفتر فارغ للتجربة / blanks for trials")


def _seed_people(service: Service, told: Told) -> None:
    invented = list(synthetic_people(PEOPLE))
    with service.db.reading() as read:
        missing = [person for person in invented if find_person(read, person.national_number) is None]
    if not missing:
        return
    portrait = people_commands.portrait_of(service.spec, example_portrait())
    for person in missing:
        people_commands.register(service, SEED, record_of(person), portrait, service.clock())
    told(f"{len(invented)} شخصاً افتراضياً / synthetic people")


def specimens(service: Service, told: Told) -> tuple[Specimen, ...]:
    """One passport and two certificates (clear, and with two rulings), issued when there are none; all verified."""
    now, home = service.clock(), service.settings.home / "specimens"
    if not passport_views.passports(service, SEED, 1):
        holder = specimen_person()
        passport_commands.issue(service, SEED, application_of(holder), example_portrait(), now)
        told("صدر جواز نموذج / specimen passport issued")
    if not _newest_certificates(service, 1):
        for person in (specimen_person(), convicted_person()):
            specimen_certificate(service, SEED, certificate_request_of(person), now)
        told("صدرت شهادتان نموذجان / two specimen certificates issued")
    found = []
    for passport in passport_views.passports(service, SEED, 1):
        folder = home / passport.number
        write_passport(service, SEED, passport.number, folder)
        found.append(Specimen("passport", passport.number, folder, verify_path(folder, service.trust, now)))
    for number, pdf in reversed(_newest_certificates(service, 2)):
        path = home / f"{number}.pdf"
        write_if_changed(path, pdf)
        found.append(Specimen("certificate", number, path, verify_path(path, service.trust, now)))
    return tuple(found)


def _newest_certificates(service: Service, count: int) -> list[tuple[str, bytes]]:
    with service.db.reading() as read:
        return newest(read, count)


def write_passport(service: Service, actor: Actor, number: str, folder: Path) -> list[Path]:
    """Every file of one passport into `folder`, as the printing line receives it."""
    view = passport_views.passport(service, actor, number)
    paths = []
    for name in view.files:
        content, _media_type = passport_views.passport_file(service, actor, number, name)
        write_if_changed(folder / name, content)
        paths.append(folder / name)
    return paths


def example_portrait() -> bytes:
    """The public-domain portrait (NASA, Eileen Collins) that ships inside scikit-image, a PNG file."""
    return (files("skimage") / "data" / "astronaut.png").read_bytes()


def specimen_person() -> SyntheticPerson:
    """The adult of the synthetic register who holds the specimen passport."""
    return _adults()[0]


def convicted_person() -> SyntheticPerson:
    """The one on whom the two invented rulings are recorded: born before 1990, so an adult at both offences."""
    return _adults()[1]


def _adults() -> list[SyntheticPerson]:
    return [p for p in synthetic_people(PEOPLE) if p.birth_date < "1990" and not p.birth_date.endswith("00")]


def record_of(person: SyntheticPerson) -> dict[str, Any]:
    """The civil-registry entry of an invented person."""
    return {
        "national_number": person.national_number,
        "names": _names(person),
        "mother_arabic": person.mother_arabic,
        "sex": person.sex,
        "birth_date": person.birth_date,
        "place_of_birth": {"arabic": person.birth_place[0], "latin": person.birth_place[1]},
        "nationality": "LBY",
        "synthetic": True,
        "phone": person.phone,
    }


def application_of(person: SyntheticPerson, office: str = "PTIP") -> dict[str, Any]:
    """The passport application of an invented person."""
    return {
        "document_type": "ORDINARY",
        "national_number": person.national_number,
        "names": _names(person),
        "sex": person.sex,
        "birth_date": person.birth_date,
        "place_of_birth": {"arabic": person.birth_place[0], "latin": person.birth_place[1]},
        "nationality": "LBY",
        "office": office,
    }


def certificate_request_of(person: SyntheticPerson, office: str = "CTIP") -> dict[str, Any]:
    """The certificate request of an invented person."""
    return {
        "national_number": person.national_number,
        "purpose": "employment",
        "addressee": {"ar": "شركة نموذجية للمقاولات", "en": "Example Contracting Company"},
        "office": office,
    }


def _names(person: SyntheticPerson) -> dict[str, Any]:
    first, father, grandfather, family = person.arabic
    return {
        "arabic": {"first": first, "father": father, "grandfather": grandfather, "family": family},
        "latin": {"surname": person.latin_surname, "given": person.latin_given},
        "latin_confirmed": True,
    }
