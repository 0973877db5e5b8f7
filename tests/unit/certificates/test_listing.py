"""The officer's list: what each certificate is now and why, those of one kind, when all were rechecked. Issue 5."""

from __future__ import annotations

from datetime import timedelta

import pytest

from issuance.cases import commands as cases
from issuance.certificates import afterwards, supersede
from issuance.certificates.listing import Show, known_show, listing
from issuance.core.actor import system
from issuance.service import Service
from specs.errors import NotAllowed
from tests.service import CLERK, NOW, officer
from tests.unit.cases.test_commands import RULING
from tests.unit.certificates.test_status import ATTESTER, of


def numbers(desk: Service, show: Show, office: str = "CTIP") -> set[str]:
    return {one.view.number for one in listing(desk, officer("a", office), show, NOW).rows}


def test_each_kind_is_listed_with_its_reason_and_what_the_record_changed(desk: Service) -> None:
    good, gone, left = (of(desk, f"11990900088{n}") for n in range(3))
    assert listing(desk, officer("a"), "all", NOW).rechecked is None
    afterwards.withdraw_at_console(desk, system("console"), gone, "court_order", NOW, "أمر عاجل")
    cases.record_ruling(desk, CLERK, "119909000882", RULING, NOW)
    assert supersede.follow(desk, NOW) == 1
    held = listing(desk, officer("a"), "all", NOW)
    assert (held.rechecked, held.followed, held.emergencies) == ("2026-11-22", NOW, 1)
    rows = {one.view.number: one for one in held.rows}
    assert [rows[one].status.code for one in (good, gone, left)] == ["good", "withdrawn", "superseded"]
    assert (rows[gone].words, rows[gone].emergency) == ("أمر عاجل", True)
    assert "2015/123" in (rows[left].words or "")
    assert "a new ruling" in (rows[left].words or "")
    assert rows[left].as_json(desk.spec)["status"]["code"] == "superseded"
    assert numbers(desk, "superseded") == {left}
    assert numbers(desk, "withdrawn") == numbers(desk, "emergency") == {gone}
    assert numbers(desk, "ended") == {gone, left}
    assert numbers(desk, "all", "PTIP") == set()
    afterwards.confirm_emergency(desk, officer("b"), gone, "راجعته", NOW + timedelta(minutes=1))
    assert numbers(desk, "emergency") == set()
    assert listing(desk, officer("a"), "all", NOW).emergencies == 0
    assert len(listing(desk, officer("a"), "expired", NOW + timedelta(days=200)).rows) == 3


def test_only_who_may_read_certificates_lists_them_and_an_unknown_kind_is_all(desk: Service) -> None:
    with pytest.raises(NotAllowed):
        listing(desk, ATTESTER, "all", NOW)
    assert (known_show("superseded"), known_show("bad")) == ("superseded", "all")
