"""The process is killed (SIGKILL) between two steps of issuing: the sweep reports it, nothing is lost or used twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuance.certificates import commands as certificates
from issuance.certificates import views as certificate_views
from issuance.core.actor import Actor
from issuance.jobs.sweep import sweep
from issuance.jobs.trail import verify_trail, write_trail_checkpoint
from issuance.passports import commands as passports
from issuance.passports import views as passport_views
from issuance.service import Service
from specs.errors import NotAllowed
from tests.service import CLERK, NOW, application, intents, numbers, portrait, request

ROOT = Path(__file__).parents[2]
CHILD = """
import os, signal, sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from importlib import import_module
from issuance.service import open_service
from tests.service import CLERK, NOW, application, portrait, request, settings
home, url, keys, kind, point = sys.argv[1:]
service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
module, _, name = point.partition(":")
owner = import_module(module)
*parents, last = name.split(".")
for step in parents:
    owner = getattr(owner, step)
setattr(owner, last, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
domain = import_module(f"issuance.{kind}s.commands")
if kind == "passport":
    domain.issue(service, CLERK, application(), portrait(), NOW)
else:
    domain.issue(service, CLERK, request(), NOW)
"""
KILLED_AT = {
    "after the number": ("passport", "issuance.passports.commands:personalise", []),
    "after the intent": ("passport", "keys.ring:Keys._sign", [None]),
    "after the signature": ("passport", "issuance.db.intents:TableIntentLog.record_result", [None]),
    "after both results": ("passport", "issuance.passports.commands:_keep", ["signed", "signed"]),
    "inside the last transaction": ("passport", "issuance.passports.commands:use", ["signed", "signed"]),
    "after the intent of the seal": ("certificate", "keys.ring:Keys._sign", [None]),
    "between seal and page": ("certificate", "issuance.certificates.commands:render_certificate", ["signed"]),
    "before a certificate is kept": ("certificate", "issuance.certificates.commands:use", ["signed"] * 2),
}  # fmt: skip


def kill_at(service: Service, kind: str, point: str) -> None:
    settings = service.settings
    arguments = [settings.home, settings.database_url, settings.keys_home, kind, point]
    command = [sys.executable, "-c", CHILD, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_killed_issue_is_reported_by_the_sweep_and_its_number_is_void(service: Service, moment: str) -> None:
    kind, point, outcomes = KILLED_AT[moment]
    write_trail_checkpoint(service)
    before = len(intents(service.db))
    kill_at(service, kind, point)
    ((lost, state, _),) = numbers(service.db)
    assert state == "allocated"
    assert [outcome for _, outcome in intents(service.db)][before:] == outcomes
    assert passport_views.passports(service, CLERK) == []
    assert certificate_views.certificates(service, CLERK) == []
    assert sweep(service, CLERK) == []  # too young: it may belong to a process that still works

    later = replace(service, clock=lambda: NOW + timedelta(minutes=6))
    settled = sweep(later, CLERK)
    assert sorted(item.kind for item in settled) == ["number"] + ["signature"] * outcomes.count(None)
    assert lost in [item.id for item in settled]
    assert all(item.reference.startswith((f"{kind}:", "package:")) for item in settled)
    json.dumps([item.as_json() for item in settled])
    assert numbers(service.db) == [(lost, "void", "interrupted")]
    assert None not in [outcome for _, outcome in intents(service.db)]
    assert sweep(later, CLERK) == []

    if kind == "passport":
        number = passports.issue(service, CLERK, application(), portrait(), NOW).number
    else:
        number = certificates.issue(service, CLERK, request(), NOW).number
    assert number != lost
    assert sorted(numbers(service.db)) == sorted([(lost, "void", "interrupted"), (number, "used", None)])
    write_trail_checkpoint(service)
    verdict = verify_trail(service, CLERK)
    assert verdict.status == "valid", verdict.failed()


def test_a_number_the_sweep_made_void_cannot_be_used_by_a_slow_process(service: Service) -> None:
    """The process was only slow: its rows are refused, so that no void number stands on a document."""
    from issuance.core.numbers import NumberSeries, allocate, use
    from issuance.core.uow import unit_of_work
    from specs.errors import Conflict

    taken = allocate(service.db, CLERK, NumberSeries("passport:test", 1, str), "passport:x", NOW)
    sweep(replace(service, clock=lambda: NOW + timedelta(minutes=6)), CLERK)
    with pytest.raises(Conflict), unit_of_work(service.db, CLERK, "late", NOW) as tx:
        use(tx, taken.number)


def test_only_the_security_officer_sweeps(service: Service) -> None:
    with pytest.raises(NotAllowed):
        sweep(service, Actor("a", "staff", frozenset({"auditor", "administrator"})))
    assert sweep(service, Actor("s", "staff", frozenset({"security_officer"}))) == []
