"""Withdrawn, replaced, superseded or expired is so on every channel at once (issue 5, must show)."""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from issuance.api.app import create_app
from issuance.api.turnstile import Turnstile
from issuance.border.status import with_status
from issuance.border.verify import verify_bytes, verify_text
from issuance.cases import commands as cases
from issuance.certificates import afterwards, supersede
from issuance.certificates.model import Certificate
from issuance.certificates.status import seal_digest, status_of
from issuance.certificates.status_list import status_list
from issuance.core import clock
from issuance.core.actor import system
from issuance.service import Service
from specs.errors import Conflict
from tests.service import CLERK, NOW, PERSON
from tests.unit.cases.test_commands import RULING
from tests.unit.certificates.test_status import of

AFTER = NOW.replace(year=2027, month=3, day=1)
"""Behind the last day of what was issued on 22 November for three months."""


@pytest.fixture
def line(desk: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    with TestClient(create_app(desk), base_url="https://verify.example") as client:
        yield client


def desk_app(line: TestClient) -> FastAPI:
    assert isinstance(line.app, FastAPI)
    return line.app


def listed(token: str, index: int) -> int:
    part = token.split(".")[1]
    held = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["status_list"]
    packed = zlib.decompress(base64.urlsafe_b64decode(held["lst"] + "=" * (-len(held["lst"]) % 4)))
    return packed[index // 2] >> 4 * (index % 2) & 15


def channels(desk: Service, line: TestClient, number: str, at: datetime, *, pdf: bool) -> dict[str, str]:
    """What each channel says; where a channel knows no `expired`, its dates say that, and it answers `good`."""
    with desk.db.reading() as read:
        row = read.get(Certificate, number)
        assert row is not None
        source = status_of(read, number, at)
    assert source.index is not None
    desk_app(line).state.turnstile = Turnstile()  # the pace is another test's matter
    by_seal = line.post("/v1/certificate-status", json={"number": number, "seal": seal_digest(row.seal)})
    by_date = line.post("/v1/certificate-status", json={"number": number, "birth_date": PERSON["birth_date"]})
    said: dict[str, Any] = {
        "source": source.code,
        "by seal": by_seal.json()["code"],
        "by birth date": by_date.json()["code"],
        "seal": with_status(verify_text(row.seal, desk.trust, at, desk.spec), desk.db, at, desk.spec),
        "api": line.post("/v1/verifications", json={"seal": row.seal}).json(),
        "console": afterwards.looked_up(desk, system("console"), number, at).code,
    }
    if pdf:
        said["pdf"] = with_status(verify_bytes(row.pdf, "x.pdf", desk.trust, at, desk.spec), desk.db, at, desk.spec)
        assert said["pdf"].status == ("valid" if source.code == "good" else "invalid")
        said["pdf"] = said["pdf"].facts["status"]
    assert said["seal"].status == ("valid" if source.code == "good" else "invalid")
    assert said["api"]["status"] == said["seal"].status
    said["seal"], said["api"] = said["seal"].facts["status"], said["api"]["facts"]["status"]
    in_list = listed(status_list(desk, at), source.index)
    wanted = desk.spec.certificate_status.kinds.entries[source.code].list_value
    assert in_list == wanted, (number, in_list, wanted)
    return said


def test_whatever_happens_in_whatever_order_every_channel_says_the_same(
    desk: Service, line: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(6):
        chance = random.Random(seed)
        person = f"1199090009{seed:02d}"
        number, at = of(desk, person), NOW
        seen = set()
        steps = chance.sample(["withdraw", "replace", "supersede", "expire"], chance.randint(1, 4))
        for step in ["nothing", *steps]:
            at += timedelta(minutes=1)
            try:
                if step == "withdraw":
                    afterwards.withdraw_at_console(desk, system("console"), number, "court_order", at, "عاجل")
                elif step == "replace":
                    afterwards.replace_at_console(desk, system("console"), number, "damaged", at)
                elif step == "supersede":
                    cases.record_ruling(desk, CLERK, person, RULING, at)
                    supersede.recheck(desk, at)
                elif step == "expire":
                    at = max(at, AFTER)
            except Conflict:  # it ended before: nothing ends it again
                pass
            monkeypatch.setattr(clock, "now", lambda at=at: at)
            said = channels(desk, line, number, at, pdf=seed == 0)
            assert len(set(said.values())) == 1, (seed, steps, step, said)
            seen.add(said["source"])
        assert "good" in seen


def test_a_stranger_learns_nothing_by_guessing(desk: Service, line: TestClient) -> None:
    number = of(desk, "119909000950")
    wrong = line.post("/v1/certificate-status", json={"number": number, "birth_date": "1990-05-18"})
    nobody = line.post("/v1/certificate-status", json={"number": "CS2026-CTIP-999999-X", "birth_date": "1990-05-18"})
    assert wrong.status_code == nobody.status_code == 404
    assert wrong.json()["faults"] == nobody.json()["faults"]
    right = line.post("/v1/certificate-status", json={"number": number, "birth_date": "1990-05-17"})
    with desk.db.reading() as read:
        data = read.exec(select(Certificate.data).where(col(Certificate.number) == number)).one()
    assert not any(word in right.text for word in (*json.loads(data)["arabic_name"], "clear", "entries"))
    answers = [
        line.post("/v1/certificate-status", json={"number": number, "birth_date": "1990-05-17"}) for _ in range(12)
    ]
    assert answers[-1].status_code == 429


def test_a_document_that_is_not_ours_is_not_looked_up(desk: Service) -> None:
    with desk.db.reading() as read:
        seal = read.get(Certificate, of(desk, "119909000951")).seal  # type: ignore[union-attr]
    broken = verify_text(
        seal[:-6] + ("AAAAAA" if not seal.endswith("AAAAAA") else "BBBBBB"), desk.trust, NOW, desk.spec
    )
    assert with_status(broken, desk.db, NOW, desk.spec) is broken


def test_the_public_page_says_so_too_and_names_nobody_by_number_and_birth_date(desk: Service, line: TestClient) -> None:
    number = of(desk, "119909000952")
    asked = {"number": number, "birth_date": PERSON["birth_date"]}
    good = line.post("/c?lang=en", data=asked)
    assert (good.status_code, 'data-status="valid"' in good.text) == (200, True)
    wrong = line.post("/c?lang=en", data=asked | {"birth_date": "1991-01-01"})
    assert wrong.status_code == 404
    assert "there is no certificate of these details" in wrong.text
    afterwards.withdraw_at_console(desk, system("console"), number, "court_order", NOW, "عاجل")
    with desk.db.reading() as read:
        row = read.get(Certificate, number)
    assert row is not None
    for sent in (asked, {"number": number, "seal": seal_digest(row.seal)}):
        page = line.post("/c?lang=en", data=sent)
        assert 'data-status="invalid"' in page.text
        assert "then withdrawn by the office" in page.text
        assert "ALMABROUK" not in page.text
        assert "المبروك" not in page.text
    uploaded = line.post("/c?lang=en", files={"file": ("c.pdf", row.pdf, "application/pdf")})
    assert 'data-status="ended"' in uploaded.text
    assert "no longer to be relied on" in uploaded.text
