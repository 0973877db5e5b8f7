"""The process dies (SIGKILL), database or token go away between two steps of issuing: nothing is lost or used twice.

The steps: prepare (lint), intent, sign, verify, result, store. Each is tried with keys in files and on a token.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from issuance.certificates import commands as certificates
from issuance.certificates.listing import listing
from issuance.core.actor import Actor
from issuance.db.intents import TableIntentLog
from issuance.db.session import Database
from issuance.jobs.sweep import sweep
from issuance.jobs.trail import verify_trail, write_trail_checkpoint
from issuance.passports import commands as passports
from issuance.passports import views as passport_views
from issuance.service import Service
from keys import Keys
from specs.errors import Fault, NotAllowed, Unavailable
from tests import warm
from tests.failure.issue_until import issue_until
from tests.service import CLERK, NOW, application, installation, intents, numbers, portrait, request
from tests.softhsm import token_settings, tokens

ROOT = Path(__file__).parents[2]
# what is killed on its way in; outcomes of the intents it leaves
KILLED_AT = {
    "after the number": ("passport", "issuance.passports.commands:personalise", []),
    "between lint and intent": ("passport", "issuance.db.intents:TableIntentLog.record_intent", []),
    "between intent and signature": ("passport", "keys.ring:Keys._sign", [None]),
    "between signature and its verification": ("passport", "keys.sod:_SodDraft.verify", ["signed", None]),
    "between a seal's signature and its verification": ("passport", "keys.seal:SealDraft.verify", [None]),
    "between a seal and the pages": ("passport", "issuance.passports.personalise:render_data_page", ["signed"]),
    "between verification and result": ("passport", "issuance.db.intents:TableIntentLog.record_result", [None]),
    "between results and store": ("passport", "issuance.passports.commands:_keep", ["signed"] * 3),
    "inside the last transaction": ("passport", "issuance.passports.commands:use", ["signed"] * 3),
    "after the intent of the seal": ("certificate", "keys.ring:Keys._sign", [None]),
    "between seal and page": ("certificate", "issuance.certificates.making:render_certificate", ["signed"]),
    "before a certificate is kept": ("certificate", "issuance.certificates.making:use_together", ["signed"] * 3),
}  # fmt: skip


EACH = pytest.mark.parametrize(
    ("database_url", "keys_in"),
    [("sqlite", "software"), ("postgresql", "software"), ("sqlite", "pkcs11")],
    indirect=True,
)


@pytest.fixture
def keys_in(request: pytest.FixtureRequest) -> str:
    """Which kind of store holds the keys."""
    return str(request.param)


@pytest.fixture
def service(database_url: str, keys_in: str, tmp_path: Path) -> Iterator[Service]:
    """A fresh installation over that database and store of keys."""
    opened = installation(tmp_path / "home", database_url, **(token_settings() if keys_in == "pkcs11" else {}))
    yield opened
    opened.close()


def kill_at(service: Service, kind: str, point: str) -> None:
    """Issue in a process of its own that dies at `point`, `module:name` of what it would call next."""
    held = service.settings
    token = held.pkcs11_token if held.key_store == "pkcs11" else ""
    status = warm.forked(issue_until, str(held.home), held.database_url, str(held.keys_home), kind, point, token)
    assert status == -signal.SIGKILL


def issued(service: Service, kind: str) -> str:
    """The number of a document that is issued now, by nobody disturbed."""
    if kind == "passport":
        return passports.issue(service, CLERK, application(), portrait(), NOW).number
    return certificates.issue(service, CLERK, request(), NOW).number


def assert_nothing_kept(service: Service) -> None:
    assert passport_views.passports(service, CLERK) == []
    assert listing(service, CLERK, "all", NOW).rows == ()


def assert_settled(service: Service, kind: str, lost: str, reason: str) -> None:
    """The lost number is void for good, every signature has a result, another document gets another number."""
    assert numbers(service.db) == [(lost, "void", reason)]
    assert None not in [outcome for _, outcome in intents(service.db)]
    assert sweep(replace(service, clock=lambda: NOW + timedelta(minutes=12)), CLERK) == []
    number = issued(service, kind)
    assert sorted(numbers(service.db)) == sorted([(lost, "void", reason), (number, "used", None)])
    write_trail_checkpoint(service)
    verdict = verify_trail(service, CLERK)
    assert verdict.status == "valid", verdict.failed()


@pytest.mark.slow
@EACH
@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_killed_issue_is_reported_by_the_sweep_and_its_number_is_void(service: Service, moment: str) -> None:
    kind, point, outcomes = KILLED_AT[moment]
    write_trail_checkpoint(service)
    before = len(intents(service.db))
    kill_at(service, kind, point)
    ((lost, state, _),) = numbers(service.db)
    assert state == "allocated"
    assert [outcome for _, outcome in intents(service.db)][before:] == outcomes
    assert_nothing_kept(service)
    assert sweep(service, CLERK) == []  # too young: it may belong to a process that still works

    settled = sweep(replace(service, clock=lambda: NOW + timedelta(minutes=6)), CLERK)
    assert sorted(item.kind for item in settled) == ["number"] + ["signature"] * outcomes.count(None)
    assert lost in [item.id for item in settled]
    assert all(item.reference.startswith((f"{kind}:", "package:", "passport-seal:")) for item in settled)
    json.dumps([item.as_json() for item in settled])
    assert_settled(service, kind, lost, "interrupted")


# the step that finds the database gone; it is back when the request has failed
DATABASE_GONE_AT = {
    "for the intent": (TableIntentLog, "record_intent", []),
    "for the result": (TableIntentLog, "record_result", [None]),
    "for the document": (passports, "_keep", ["signed"] * 3),
}


@pytest.mark.slow
@EACH
@pytest.mark.parametrize("moment", DATABASE_GONE_AT)
def test_a_database_that_goes_away_in_the_middle_leaves_everything_to_the_sweep(
    service: Service, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From that step on nothing can be written, not even that the number is void."""
    owner, name, outcomes = DATABASE_GONE_AT[moment]
    real: Callable[..., Any] = getattr(owner, name)
    write_trail_checkpoint(service)
    before = len(intents(service.db))
    with monkeypatch.context() as now_gone:

        def gone(*_: Any, **__: Any) -> Any:
            raise Unavailable(Fault("db.unavailable", "قاعدة البيانات غير متاحة", "the database is away"))

        def step(*arguments: Any, **named: Any) -> Any:
            now_gone.setattr(Database, "writing", gone)
            return real(*arguments, **named)

        now_gone.setattr(owner, name, step)
        with pytest.raises(Unavailable) as caught:
            issued(service, "passport")
        assert caught.value.faults[0].code == "db.unavailable"
    ((lost, state, _),) = numbers(service.db)
    assert state == "allocated"
    assert [outcome for _, outcome in intents(service.db)][before:] == outcomes
    assert_nothing_kept(service)
    sweep(replace(service, clock=lambda: NOW + timedelta(minutes=6)), CLERK)
    assert_settled(service, "passport", lost, "interrupted")


@pytest.mark.parametrize("kind", ["passport", "certificate"])
def test_a_token_that_goes_away_in_the_middle_voids_the_number_and_serves_again_when_it_is_back(
    sqlite_template: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    service = installation(tmp_path / "home", f"sqlite:///{path}", **token_settings())
    write_trail_checkpoint(service)
    before = len(intents(service.db))
    away, real = tokens().with_name("away"), Keys._sign

    def sign(*arguments: Any) -> bytes:
        if not away.exists():
            tokens().rename(away)
        return real(*arguments)

    with monkeypatch.context() as now_gone:
        now_gone.setattr(Keys, "_sign", sign)
        try:
            with pytest.raises(Unavailable) as caught:
                issued(service, kind)
        finally:
            away.rename(tokens())
    assert caught.value.faults[0].code in ("keys.token.unavailable", "keys.token.module")
    assert [outcome for _, outcome in intents(service.db)][before:] == ["failed"]
    ((lost, _, reason),) = numbers(service.db)
    assert_nothing_kept(service)
    assert_settled(service, kind, lost, reason or "")
    service.close()


def test_a_number_the_sweep_made_void_cannot_be_used_by_a_slow_process(desk: Service) -> None:
    """The process was only slow: its rows are refused, so that no void number stands on a document."""
    from issuance.core.numbers import NumberSeries, allocate, use
    from issuance.core.uow import unit_of_work
    from specs.errors import Conflict

    taken = allocate(desk.db, CLERK, NumberSeries("passport:test", 1, str), "passport:x", NOW)
    sweep(replace(desk, clock=lambda: NOW + timedelta(minutes=6)), CLERK)
    with pytest.raises(Conflict), unit_of_work(desk.db, CLERK, "late", NOW) as tx:
        use(tx, taken.number)


def test_only_the_security_officer_sweeps(desk: Service) -> None:
    with pytest.raises(NotAllowed):
        sweep(desk, Actor("a", "staff", frozenset({"auditor", "administrator"})))
    assert sweep(desk, Actor("s", "staff", frozenset({"security_officer"}))) == []
