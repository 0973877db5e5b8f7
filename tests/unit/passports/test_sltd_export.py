"""What INTERPOL is given, as docs/passport-life.md says: read by another's CSV reader, acknowledged by its digest."""

from __future__ import annotations

import csv
import io
import json
import re
from hashlib import sha256

import pytest

from issuance.passports import reports, sltd
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotFound
from tests.passport_books import SUPERVISOR, put_book
from tests.passports import OFFICER
from tests.service import NOW, ROOT, TODAY

DOCUMENT = (ROOT / "docs" / "passport-life.md").read_text("utf-8")


def digest(rows: list[list[str]]) -> str:
    """By the words of the document, from the cells of the file alone."""
    return sha256(json.dumps([row[1:] for row in rows], separators=(",", ":")).encode()).hexdigest()


def test_the_csv_reads_back_is_acknowledged_by_its_digest_and_only_then_followed_by_the_next(service: Service) -> None:
    for number, kind in (("LB2345678", "lost"), ("LB3456789", "stolen")):
        put_book(service, number)
        reports.report(service, OFFICER, number, kind, "PV-1/2026", "", NOW)  # type: ignore[arg-type]
    made = sltd.export(service, SUPERVISOR, NOW)
    assert made is not None
    text = made.as_csv()
    head, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert text.count("\r\n") == len(rows) + 1 == text.count("\n")
    documented = re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT, re.MULTILINE)
    assert head == documented
    day = TODAY.isoformat()
    assert rows == [
        [str(made.sequence), "add", "LB2345678", "P", "LBY", "lost", day],
        [str(made.sequence), "add", "LB3456789", "P", "LBY", "stolen", day],
    ]
    assert digest(rows) == made.sha256

    reports.report(service, OFFICER, "LB2345678", "found", "PV-2/2026", "", NOW)
    again = sltd.export(service, SUPERVISOR, NOW)
    assert again is not None
    assert (again.as_csv(), again.times) == (text, 2), "byte for byte until it is acknowledged"
    with pytest.raises(Conflict):
        sltd.acknowledge(service, SUPERVISOR, made.sequence, digest(rows[:1]), "IPSG-1", NOW)
    with pytest.raises(NotFound):
        sltd.acknowledge(service, SUPERVISOR, made.sequence + 1, digest(rows), "IPSG-1", NOW)
    with pytest.raises(Invalid):
        sltd.acknowledge(service, SUPERVISOR, made.sequence, digest(rows), " ", NOW)
    sltd.acknowledge(service, SUPERVISOR, made.sequence, digest(rows), "IPSG-1", NOW)
    after = sltd.export(service, SUPERVISOR, NOW)
    assert after is not None
    assert [row[1:] for row in csv.reader(after.as_csv().splitlines()[1:])] == [
        ["withdraw", "LB2345678", "P", "LBY", "lost", day],
        ["add", "LB2345678", "P", "LBY", "revoked", day],
    ]
    assert after.sequence == made.sequence + 1
