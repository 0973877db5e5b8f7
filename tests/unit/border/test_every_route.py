"""The closing proof: a passport made the real way is inspected by every route, by the register and by the bundle; then
it is reported stolen, and forged in every way that the routes can tell apart.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from sqlmodel import select

from issuance.border.bundle import making
from issuance.border.bundle.opening import BundleKnowledge
from issuance.border.chip_files import Chip
from issuance.border.document import Given, Inspected, inspect_document
from issuance.border.knowledge import Knowledge
from issuance.border.reading.page_reading import read_page
from issuance.border.register import RegisterKnowledge
from issuance.core.actor import system
from issuance.passports import reports
from issuance.passports.model import PassportFile
from issuance.passports.read_back import seal_ordered
from issuance.service import Service
from keys.trust import TrustStore
from tests import passports
from tests.mrz_peers import fields_of, with_digits, written
from tests.pages import drawn, eager
from tests.passports import OFFICER, asked, enter_nth, walk
from tests.pki.security_object import build_security_object
from tests.pki.world import build, declared
from tests.service import NOW, desk, portrait

__all__ = ["desk"]

pytestmark = pytest.mark.slow  # books made step by step, pictures read by every reader

Source = Literal["register", "bundle"]
SOURCES: tuple[Source, ...] = ("register", "bundle")
ROUTES = ("text", "page", "chip", "seal")
SIGNED = ("chip", "seal")


@dataclass(frozen=True)
class Book:
    """lines: of its zone; page: the picture of its data page, chip, seal: what stands in and on it."""

    number: str
    lines: tuple[str, str]
    page: bytes
    chip: Chip
    seal: bytes

    def by(self, *routes: str) -> Given:
        """What an officer has of it by those routes; a picture as our readers read it."""
        return Given(
            mrz=self.lines if "text" in routes else None,
            page=seen(self.page) if "page" in routes else None,
            chip=self.chip if "chip" in routes else None,
            seal=self.seal if "seal" in routes else None,
        )


_SEEN: dict[bytes, dict[str, Any]] = {}


def seen(picture: bytes) -> dict[str, Any]:
    """The reading of a picture by the page readers themselves, in their worker processes."""
    if picture not in _SEEN:
        _SEEN[picture] = read_page(picture, eager()).as_json()
    return _SEEN[picture]


def made(service: Service, serial: int) -> Book:
    """A book of the `serial`-th invented person: enrolled, paid, approved, made, checked and handed over."""
    number = walk(service, wanted=asked(enter_nth(service, serial))).number
    assert number is not None
    with service.db.reading() as read:
        query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
        files = dict(read.exec(query).all())
    seal = seal_ordered(files)
    assert seal is not None
    first, second = passports.book(service, number).mrz.split("\n")
    chip = {name.removesuffix(".bin"): data for name, data in files.items() if name.endswith(".bin")}
    return Book(number, (first, second), files["data_page.png"], Chip(chip), seal)


@pytest.fixture(scope="module")
def book(desk: Service) -> Book:
    return made(desk, 701)


@pytest.fixture(scope="module")
def other(desk: Service) -> Book:
    """Of somebody else, with a picture of their own: as another camera took it, since one face serves all tests."""
    picture = BytesIO()
    Image.open(BytesIO(portrait())).save(picture, "JPEG", quality=88)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passports, "portrait", picture.getvalue)
        return made(desk, 702)


@pytest.fixture(scope="module")
def post(desk: Service, book: Book, other: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """A border post that fetched a bundle when both books were in force."""
    del book, other
    yield Post(desk, bundle(desk, tmp_path_factory.mktemp("post") / "bundle", NOW))


def bundle(service: Service, path: Path, now: datetime) -> BundleKnowledge:
    shutil.copy(making.current(service, system("post"), now, at_once=True).path, path)
    anchors = TrustStore(certificates=tuple(one.der for one in service.trust.anchors))
    return BundleKnowledge.open(path, anchors, service.spec)


@dataclass(frozen=True)
class Post:
    service: Service
    held: BundleKnowledge

    def knows(self, source: Source, at: datetime, trust: TrustStore | None = None) -> Knowledge:
        if source == "bundle":
            return self.held if trust is None else replace(self.held, trust=trust)
        service = self.service
        return RegisterKnowledge(service.db, trust or service.trust, at, service.spec, of_holders=True)

    def inspects(
        self, given: Given, source: Source = "register", at: datetime = NOW, trust: TrustStore | None = None
    ) -> Inspected:
        return inspect_document(given, self.knows(source, at, trust), at, self.service.spec)


def status(told: Inspected) -> dict[str, str]:
    return {question.name: question.status for question in told.questions}


def failed(told: Inspected, level: str = "crypto") -> list[str]:
    return [check.id for check in told.checks if check.result == "fail" and check.level == level]


def differing(told: Inspected) -> set[tuple[str, tuple[str, ...]]]:
    return {(one.field, one.routes) for one in told.differences}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("route", ROUTES)
def test_a_book_in_force_is_what_it_is_by_every_route(post: Post, book: Book, source: Source, route: str) -> None:
    """A picture and a text prove nothing; that is said, and the document is current all the same."""
    told = post.inspects(book.by(route), source)
    genuine = "valid" if route in SIGNED else "indeterminate"
    assert status(told) | {"travel": "-"} == {"genuine": genuine, "current": "valid", "travel": "-"}
    assert told.document["document_number"] == book.number
    if source == "register":
        assert (told.status, status(told)["travel"]) == (genuine, "valid")


def test_all_routes_of_a_book_in_force_agree_and_are_valid(post: Post, book: Book) -> None:
    told = post.inspects(book.by(*ROUTES))
    assert (told.status, told.differences, told.advised) == ("valid", (), ("valid",))


@pytest.mark.parametrize("route", ROUTES)
def test_a_stolen_book_is_told_stolen_by_every_route_and_by_the_next_bundle(
    post: Post, route: str, stolen: Book, newer: BundleKnowledge
) -> None:
    given = stolen.by(route)
    now = NOW + timedelta(hours=1)
    for knowledge in (post.knows("register", now), newer):
        told = inspect_document(given, knowledge, now, post.service.spec)
        answer = told.as_json()["questions"]["current"]
        assert (told.status, answer["status"], answer["state"]) == ("invalid", "invalid", "stolen"), knowledge.kind
        assert told.advised[0] == "not_current"
    assert status(post.inspects(given, "bundle"))["current"] == "valid", "the bundle of before cannot know"


@pytest.fixture(scope="module")
def stolen(post: Post, other: Book) -> Book:
    reports.report(post.service, OFFICER, other.number, "stolen", "PV-1/2026", "", NOW)
    return other


@pytest.fixture(scope="module")
def newer(post: Post, stolen: Book, tmp_path_factory: pytest.TempPathFactory) -> BundleKnowledge:
    del stolen
    return bundle(post.service, tmp_path_factory.mktemp("later") / "bundle", NOW + timedelta(hours=1))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("field", ["birth", "expiry", "name"])
def test_a_field_altered_on_the_page_is_named_against_chip_and_seal(
    post: Post, book: Book, source: Source, field: str
) -> None:
    zone = fields_of("TD3", list(book.lines))
    forged = {"birth": "010203", "expiry": "391231", "name": zone["name"][::-1].lstrip("<").ljust(39, "<")}
    first, second = written("TD3", with_digits("TD3", zone | {field: forged[field]}))
    page = seen(drawn((first, second)))
    assert page["lines"] == [first, second], "the forgery itself is read as it stands"
    told = post.inspects(replace(book.by("chip", "seal"), page=page), source)
    named = {"birth": "birth_date", "expiry": "expiry_date"}.get(field, field)
    assert {(named, ("page", "chip"))} <= {(one, routes) for one, routes in differing(told)}
    assert {one for one, _ in differing(told)} == {named}
    assert told.status != "valid"
    if field != "name":  # what no check digit protects may be a misreading, and is looked at by eye
        assert status(told)["genuine"] == "invalid"


def test_one_byte_of_dg1_changed_is_named(post: Post, book: Book) -> None:
    data = bytearray(book.chip.files["DG1"])
    data[20] ^= 1
    told = post.inspects(Given(chip=_with(book.chip, DG1=bytes(data))))
    assert (told.status, failed(told), told.advised) == ("invalid", ["sod.data_group.1"], ("forged",))


def test_the_picture_of_another_book_is_named(post: Post, book: Book, other: Book) -> None:
    assert book.chip.files["DG2"] != other.chip.files["DG2"]
    told = post.inspects(Given(chip=_with(book.chip, DG2=other.chip.files["DG2"])))
    assert (told.status, failed(told), told.advised) == ("invalid", ["sod.data_group.2"], ("forged",))


def test_the_seal_of_another_book_is_named_against_the_chip(post: Post, book: Book, other: Book) -> None:
    told = post.inspects(replace(book.by("chip"), seal=other.seal))
    assert status(told)["genuine"] == "invalid"
    assert ("document_number", ("chip", "seal")) in {(f, tuple(sorted(r))) for f, r in differing(told)}


@pytest.mark.parametrize("known", [True, False])
def test_a_chip_signed_by_a_foreign_document_signer_is_named(post: Post, book: Book, known: bool) -> None:
    """All our data groups under an EF.SOD of Utopia: refused where Utopia is trusted, and open where it is not."""
    world = build("sound_ecdsa")
    groups = {number: data for number, data in book.chip.groups.items()}
    sod = build_security_object(declared("sound_ecdsa")["chip"]["security_object"], groups, world.holders)
    anchors = tuple(one.der for one in post.service.trust.anchors)
    trust = TrustStore((*anchors, *(world.trusted if known else ())), world.crls if known else ())
    told = post.inspects(Given(chip=_with(book.chip, EF_SOD=sod)), trust=trust)
    assert told.status == "invalid"
    assert "chip.country" in failed(told, "profile")


@pytest.mark.parametrize("route", ROUTES)
def test_an_old_bundle_leaves_everything_open_and_says_so(post: Post, book: Book, route: str) -> None:
    good = timedelta(hours=post.service.spec.border_bundle.freshness.good_hours)
    told = post.inspects(book.by(route), "bundle", NOW + good + timedelta(minutes=1))
    assert told.status == status(told)["current"] == "indeterminate"
    assert "knowledge.age" in [check.id for check in told.checks if check.result == "unknown"]
    assert told.advised[0] in ("stale", "unproven")


def test_a_cloned_chip_is_named(post: Post, book: Book) -> None:
    """A clone has every file and not the key: its answer to the terminal's challenge does not hold."""
    told = post.inspects(Given(chip=replace(book.chip, active_authentication=(bytes(8), bytes(64)))))
    assert (told.status, failed(told), told.advised) == ("invalid", ["aa.response"], ("forged",))


def _with(chip: Chip, **files: bytes) -> Chip:
    return replace(chip, files={**chip.files, **files})
