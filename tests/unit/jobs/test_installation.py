"""Making an installation: synthetic people only, every step again without effect, a cut-off run goes on. Issue 2 §1."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuance.certificates.listing import listing
from issuance.core.settings import Settings
from issuance.jobs import installation
from issuance.jobs.installation import Prepared, prepare_installation
from issuance.jobs.synthetic import synthetic_people
from issuance.mrtd.text.names import check_names
from issuance.passports import views as passport_views
from issuance.people import views as people_views
from issuance.people.national_number import check, is_synthetic
from tests.service import CLERK, numbers, settings, trail

PARTS = ("first", "father", "grandfather", "family")


def prepared(home: Path) -> Prepared:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return prepare_installation(Settings(home=home))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("installation") / "home"
    prepared(made).service.close()
    yield made


def test_invented_people_keep_every_rule_and_carry_serials_no_real_holder_has() -> None:
    people = list(synthetic_people(500))
    assert len({person.national_number for person in people}) == 500
    for person in people:
        year = int(person.birth_date[:4])
        checked = check(person.national_number, sex=person.sex, birth_year=year, latest_year=2026)
        assert checked.faults == ()
        assert checked.number is not None
        assert is_synthetic(checked.number)
        latin = {"surname": person.latin_surname, "given": person.latin_given}
        assert check_names(dict(zip(PARTS, person.arabic, strict=True)), latin, "LBY") == []
    assert {person.sex for person in people} == {"M", "F"}
    assert any(person.birth_date.endswith("-00-00") for person in people)
    assert list(synthetic_people(500)) == people


@pytest.mark.slow
def test_a_fresh_installation_holds_people_two_rulings_and_three_verified_specimens(home: Path) -> None:
    again = prepared(home)
    service = again.service
    try:
        assert len(people_views.people(service, CLERK, limit=200, now=service.clock())) >= 24  # "a few dozen"
        assert all(person.synthetic for person in people_views.people(service, CLERK, limit=200, now=service.clock()))
        outcomes = sorted(one.view.outcome for one in listing(service, CLERK, "all", service.clock()).rows)
        assert outcomes == ["clear", "entries"]
        assert len(passport_views.passports(service, CLERK)) == 1
        assert [specimen.verdict.status for specimen in again.specimens] == ["valid"] * 3
        assert again.accounts == ()
        before = trail(service.db)
        assert installation.seed(service, print) == ()
        installation.specimens(service, print)
        assert trail(service.db) == before
    finally:
        service.close()


@pytest.mark.slow
def test_a_run_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "home"

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(installation, "specimens", cut)
        with pytest.raises(KeyboardInterrupt):
            prepared(made)
    done = prepared(made)
    assert [specimen.verdict.status for specimen in done.specimens] == ["valid"] * 3
    assert {state for _, state, _ in numbers(done.service.db)} == {"used"}
    done.service.close()


@pytest.mark.slow
def test_deleted_specimen_files_come_back_byte_for_byte(home: Path) -> None:
    folder = home / "specimens"
    before = {path.relative_to(home): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    prepared(home).service.close()
    assert {path.relative_to(home): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_production_is_made_without_synthetic_people(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = prepare_installation(settings(tmp_path / "home", "", environment="production"))
    try:
        assert trail(done.service.db) == []
        assert people_views.people(done.service, CLERK, now=done.service.clock()) == []
        assert (done.accounts, done.specimens) == ((), ())
    finally:
        done.service.close()
