"""What becomes of books by the interface: hand-over, reports, the list, invalidation by two, an office cut off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from issuance.core.actor import system
from issuance.passports import sltd
from issuance.passports.model import Passport, PassportApplication, PassportEvent, SltdRecord
from issuance.passports.reconciliation import reconcile
from issuance.passports.status_list import digest_of_number
from issuance.passports.upkeep import tick
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from issuance.stock.public import numbers_at
from tests.api.test_certificate_review import signed_in
from tests.api.world import World
from tests.passport_books import CODE, put_book
from tests.service import enter
from tests.stock import stocked

ACCOUNTS = (
    ("giver", "delivery_clerk", "PTIP"),
    ("decider", "passport_officer", "PTIP"),
    ("keeper", "stock_keeper", "PTIP"),
    ("first-supervisor", "passport_supervisor", None),
    ("second-supervisor", "passport_supervisor", None),
)
BASE = "/v1/passports"
IDENTITY = {"receiver": "holder", "method": "document", "proof": "بطاقة 4471"}


SAID = (
    ("lost", "active", "lost"), ("stolen", "active", "stolen"), ("found", "lost", "revoked"),
    ("damaged", "active", "revoked"), ("deceased", "active", "revoked"), ("nationality_withdrawn", "active", "revoked"),
)  # fmt: skip


@pytest.fixture
def life(sqlite_world: World) -> World:
    """Who hands over, who decides, and two supervisors."""
    world = World(sqlite_world.service, dict(sqlite_world.passwords), sqlite_world.tokens)
    for name, role, office in ACCOUNTS:
        entry, now, spec = AccountEntry(name, name, [role], office), datetime.now(UTC), world.service.spec
        made = staff.open_account(world.service.db, system("tests"), entry, spec, now, must_change=False)
        world.passwords[name] = made.secret
    return world


def test_a_book_is_handed_over_reported_listed_invalidated_and_its_office_cut_off(
    sqlite_client: TestClient, life: World
) -> None:
    token = ""

    def post(path: str, status: int = 200, **body: Any) -> Any:
        answer = sqlite_client.post(BASE + path, json=body, headers={"X-CSRF-Token": token})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.text

    def get(path: str, status: int = 200) -> Any:
        answer = sqlite_client.get(BASE + path)
        assert answer.status_code == status, answer.text
        return answer.json()

    service, now = life.service, datetime.now(UTC)
    numbers = [put_book(service, f"L000000{n}", "passed" if n < 2 else "active", now=now) for n in range(5)]
    assert get(f"/{numbers[0]}/standing", 401)
    assert get("/status-list")["head"]["books"] == 0

    token = signed_in(sqlite_client, life, "giver")
    assert post(f"/{numbers[0]}/hand-over", 422, **IDENTITY | {"receiver": "proxy"})["faults"]
    assert post(f"/{numbers[0]}/hand-over", **IDENTITY)["state"]["code"] == "active"
    assert get(f"/{numbers[0]}/standing")["chain"][0]["number"] == numbers[0]
    post(f"/{numbers[0]}/arrival", 409)
    told = post(f"/{numbers[1]}/reports", kind="stolen", reference="محضر 17/2026")
    assert (told["travel"], told["listed"], told["sltd"]) == (False, True, "stolen")
    assert len(get("/status-list")["entries"]["stolen"]) == 1
    post("/reports", 404, code="no such code", kind="lost", reference="محضر 18/2026")
    taken = post("/reports", code=CODE.format(numbers[0]), kind="lost", reference="محضر 18/2026")
    assert taken["state"] == "lost"
    destroyed = post(f"/{numbers[2]}/destruction", 202, words="محضر إتلاف 3/2026")["approval"]

    back = put_book(service, "L0000009", "passed", person=enter(service, national_number="119909097099").id, now=now)
    with service.db.writing() as session:
        session.get_one(PassportApplication, session.get_one(Passport, back).application_id).due_at = now
    tick(service, now)
    post(f"/{back}/return", 422, words="")
    assert post(f"/{back}/return", words="ختم 8841")["state"]["code"] == "returning"
    post(f"/{back}/return/receipt", 403, words="محضر 12/2026")
    token = signed_in(sqlite_client, life, "keeper")
    assert post(f"/{back}/return/receipt", words="محضر 12/2026") == {"number": back}

    token = signed_in(sqlite_client, life, "decider")
    assert post(f"/destructions/{destroyed}", words="حضرت الإتلاف") == {"number": numbers[2]}
    post("/cut-offs", 403, office="PTIP", reason="seized")

    token = signed_in(sqlite_client, life, "first-supervisor")
    scope = {"numbers": numbers}
    assert post("/invalidations", scope=scope, dry_run=True)["approval"] is None
    asked = post("/invalidations", scope=scope, case_reference="نيابة 44/2026", words="بيانات مزورة")
    post(f"/invalidations/{asked['approval']}", 403, decision="approve", words="مطابق")
    defect = post(
        "/defects", 201, title="DG2", deviation="DGHashWrong", about=2, words="x", conditions={"office": "PTIP"}
    )
    assert get("/defects")["defects"] == [defect]
    found = get(f"/defects/{defect['id']}")
    assert (found["books"], len(found["proposal"]["deviations"])) == (6, 1)
    stocked(service.db, "PTIP", 3, now)
    cut = post("/cut-offs", 201, office="PTIP", reason="خرج المكتب عن السيطرة")
    assert cut["blanks"] == 3
    restoring = post(f"/cut-offs/{cut['id']}/restoring", words="عاد المكتب")["approval"]
    export = post("/sltd/exports")
    with service.db.reading() as read:
        blanks = {one["document_number"] for one in export["records"] if one["category"] == "stolen_blank"}
        assert blanks == set(numbers_at(read, "PTIP"))
    assert post("/sltd/exports?form=csv").startswith("sequence,action,document_number,document_type")
    post(f"/sltd/exports/{export['sequence']}/acknowledgement", 204, sha256=export["sha256"], reference="IPSG-118")
    post("/sltd/exports", 404)

    token = signed_in(sqlite_client, life, "second-supervisor")
    assert [one["approval"] for one in get("/invalidations")["waiting"]] == [asked["approval"]]
    done = post(f"/invalidations/{asked['approval']}", decision="approve", words="مطابق")["invalidation"]
    assert (done["books"], done["case_reference"]) == (asked["affected"]["books"], "نيابة 44/2026")
    post(f"/cut-offs/restoring/{restoring}", words="فحصت المخزن")
    assert get("/cut-offs")["cut_offs"][0]["ended_at"] is not None
    assert post(f"/invalidations/{done['id']}/reinstatement", words="حكم بإلغائه")["approval"]
    assert get("/sltd")["waiting"] > 0
    assert get("/reconciliation") == {"days": []}
    kept = reconcile(service, system("tests"), now)
    (day,) = get("/reconciliation")["days"]
    assert (day["id"], day["agrees"], {one["kind"] for one in day["findings"]}) == (
        kept.id, False, {"book_without_blank", "book_without_number"},
    )  # fmt: skip
    for serial, (kind, before, category) in enumerate(SAID):
        person = enter(service, national_number=f"1199090970{serial:02d}").id
        number = put_book(service, f"S000000{serial}", person=person, now=now)
        if before == "lost":
            post(f"/{number}/reports", kind="lost", reference="محضر 1")
        ends = kind in ("deceased", "nationality_withdrawn")
        post(f"/{number}/{'holder' if ends else 'reports'}", **{"change" if ends else "kind": kind}, reference="محضر 2")
        state = "holder_deceased" if kind == "deceased" else kind
        digest = digest_of_number(number, service.spec.passport.office)
        assert digest in get("/status-list")["entries"][state]
        with service.db.reading() as read:
            assert sltd.standing(read, [number]) == {number: category}
            held = select(SltdRecord.at).where(SltdRecord.number == number).order_by(col(SltdRecord.seq).desc())
            event = select(PassportEvent.at).where(PassportEvent.number == number, PassportEvent.kind == state)
            assert read.exec(held).first() == read.exec(event).one(), "one transaction has one moment"
    assert post(f"/{numbers[3]}/holder", change="deceased", reference="شهادة وفاة 88/2026")["numbers"]
