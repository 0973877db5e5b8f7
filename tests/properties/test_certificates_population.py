"""Whole registers of near-namesakes, from the court's registry to the PDF: everybody's own record and nobody else's.

Eight people whom a name, a birth date and a number next to the other's could make one; what each certificate must show
is taken from what was entered for the person, by the law as `tests.properties.law` tells it.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from issuance.cases import commands as cases
from issuance.cases.commands import EffectEntry, RulingEntry
from issuance.certificates import requests, supersede
from issuance.certificates.explain import explain
from issuance.certificates.model import Certificate
from issuance.certificates.status import status_of
from issuance.core.purpose import Purpose
from issuance.documents.attachment import certificate_data
from issuance.service import Service
from tests.casework import SUMMARY_REGISTRAR, before_summary_court, opened, step, with_case_offices
from tests.properties.law import on_the_register, told_to_the_person
from tests.properties.test_certificates_rules import amended
from tests.service import CLERK, NOW, TODAY, enter, issued, officer, request
from tests.unit.cases.test_commands import RULING

pytestmark = pytest.mark.slow

ADULT = date(2008, 5, 17)
"""Everybody here is born on 17 or 18 May 1990, or in May: eighteen by the end of May 2008."""
NAMES = {
    "one": ("أحمد", "حمزة", "علي", "الفيتوري"),
    "the same": ("أحمد", "حمزة", "علي", "الفيتوري"),
    "father and grandfather turned": ("أحمد", "علي", "حمزة", "الفيتوري"),
    "without hamza, with other endings": ("احمد", "حمزه", "على", "الفيتورى"),
    "a day later": ("أحمد", "حمزة", "علي", "الفيتوري"),
    "of unknown day": ("أحمد", "حمزة", "علي", "الفيتوري"),
    "the twin": ("حمد", "حمزة", "علي", "الفيتوري"),
    "without the article": ("أحمد", "حمزة", "علي", "فيتوري"),
}
BORN = {"a day later": "1990-05-18", "of unknown day": "1990-05-00"}
EFFECTS = (
    *("amnesty", "amnesty", "pardon", "suspension"),
    *("suspension_kept", "rehabilitation", "decriminalisation", "quashing"),
)


@dataclass
class Sued:
    """A person and what the courts said: entries, each with its effects and the id it has."""

    number: str
    level: str
    held: list[tuple[RulingEntry, list[EffectEntry], str]] = field(default_factory=list)

    def due(self, on: date) -> set[str]:
        """The case numbers that a certificate of that day must show."""
        return {
            ruling.case_number
            for ruling, effects, _ in self.held
            if (
                on_the_register(ruling, effects, on)
                if self.level == "court"
                else told_to_the_person(ruling, effects, ADULT, on)
            )
        }


@dataclass
class Courts:
    """Enters invented rulings and effects; every case number is given once."""

    service: Service
    chance: random.Random
    count: int = 0

    def rule(self, person: Sued) -> None:
        self.count += 1
        ruled = date(2012, 1, 1) + timedelta(days=self.chance.randrange(5000))
        entry = replace(
            RULING,
            case_number=f"{7100 + self.count}/{ruled.year}",
            kind=self.chance.choice(("felony", "misdemeanour", "misdemeanour", "contravention")),
            presence=self.chance.choice(("in_presence", "in_absentia")),
            verdict=self.chance.choice(("conviction", "conviction", "conviction", "acquittal")),
            ruled_on=ruled,
            final_on=self.chance.choice((None, ruled + timedelta(days=30), ruled + timedelta(days=90))),
            committed_on=self.chance.choice((ruled - timedelta(days=100), ADULT - timedelta(days=40))),
            foreign_judgment=self.chance.random() < 0.15,
        )
        id_ = cases.record_ruling(self.service, CLERK, person.number, entry, NOW)
        person.held.append((entry, [], id_))

    def decide_on(self, held: tuple[RulingEntry, list[EffectEntry], str]) -> None:
        """An effect that begins some time after the ruling, perhaps only years from now, perhaps revoked."""
        ruling, effects, id_ = held
        since = min(ruling.ruled_on + timedelta(days=self.chance.randrange(10, 1500)), date(2026, 11, 22))
        until = self.chance.choice((None, None, since + timedelta(days=self.chance.randrange(0, 900))))
        entry = EffectEntry(self.chance.choice(EFFECTS), since, "Law 6/2015", until)
        cases.record_effect(self.service, CLERK, id_, entry, NOW)
        effects.append(entry)


def people(service: Service, chance: random.Random) -> Iterator[Sued]:
    """Their national numbers follow one another, in no order."""
    numbers = [f"1199090040{n:02d}" for n in range(len(NAMES))]
    chance.shuffle(numbers)
    for (who, parts), number in zip(NAMES.items(), numbers, strict=True):
        names = {
            "arabic": dict(zip(("first", "father", "grandfather", "family"), parts, strict=True)),
            "latin": {"surname": "ALFITURI", "given": "AHMED HAMZA ALI"},
            "latin_confirmed": True,
        }
        enter(service, national_number=number, names=names, birth_date=BORN.get(who, "1990-05-17"))
        yield Sued(number, chance.choice(("person", "person", "authority", "court")))


def of_like_name(service: Service) -> None:
    """Files of accused who bear the first one's name and whom nobody has identified, one convicted."""
    name = " ".join(NAMES["one"])
    opened(service, accused_name=name)
    file = before_summary_court(service, accused_name=name)
    step(service, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_absentia", verdict="conviction",
         penalties=[{"kind": "fine", "amount": 500, "unit": "dinars"}])  # fmt: skip


def certificate(service: Service, person: Sued, now: datetime) -> Certificate:
    basis = {} if person.level == "person" else {"legal_basis": "القانون 1 لسنة 2021 المادة 10"}
    asked, key = request(national_number=person.number, level=person.level, **basis), f"asked-{person.number}"
    requests.open_at_office(service, officer("asker"), asked, now, key)  # the level of a court is no clerk's to ask for
    made = issued(service, asked, now, key)
    with service.db.reading() as read:
        return read.exec(select(Certificate).where(Certificate.number == made.number)).one()


def printed(row: Certificate, all_numbers: set[str], folder: Path) -> set[str]:
    """The case numbers that poppler reads on the paper; the attached data must say the same."""
    (folder / "c.pdf").write_bytes(row.pdf)
    command: list[str | Path] = ["pdftotext", "-enc", "UTF-8", folder / "c.pdf", "-"]
    text = "".join(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())
    data = certificate_data(row.data.encode())
    shown = {one.case_number for one in data.rulings}
    assert len(shown) == len(data.rulings)
    assert {number for number in all_numbers if number in text} == shown
    assert row.outcome == data.outcome == ("entries" if shown else "clear")
    return shown


@pytest.mark.parametrize("seed", [1, 2])
def test_no_certificate_shows_anothers_ruling_and_each_computes_again_to_what_it_said(
    service: Service, seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    with_case_offices(service)
    courts = Courts(service, chance)
    everybody = list(people(service, chance))
    of_like_name(service)
    for _ in range(20):
        courts.rule(chance.choice(everybody))
    entered = [held for person in everybody for held in person.held]
    for held in chance.sample(entered, 8):
        courts.decide_on(held)
    numbers = {ruling.case_number for ruling, _, _ in entered}
    papers = {}
    for person in chance.sample(everybody, len(everybody)):
        papers[person.number] = certificate(service, person, NOW)
        assert printed(papers[person.number], numbers, tmp_path) == person.due(TODAY), (seed, person)
    assert any(person.due(TODAY) for person in everybody)
    supersede.follow(service, NOW)
    said = {person.number: person.due(TODAY) for person in everybody}

    # what comes afterwards ends exactly the papers that would now say something else, and changes none of them
    for _ in range(8):
        courts.rule(chance.choice(everybody))
    for held in chance.sample(entered, 6):
        courts.decide_on(held)
    supersede.follow(service, NOW)
    service.spec = service.spec.model_copy(update={"certificate_disclosure": amended(harsh=True)})
    supersede.recheck(service, NOW)
    for person in everybody:
        row = papers[person.number]
        with service.db.reading() as read:
            held_now = status_of(read, row.number, NOW).code
        assert held_now == ("good" if person.due(TODAY) == said[person.number] else "superseded"), (seed, person)
        told = explain(service, CLERK, row.number, Purpose("certificate"), NOW)
        assert (told.differences, told.disclosed.rule_version) == ((), "2026-2")
        assert {one.case_number for one in told.disclosed.shown} == said[person.number]
    assert {person.due(TODAY) == said[person.number] for person in everybody} == {True, False}
