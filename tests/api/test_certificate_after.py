"""Two officers end a certificate by the interface and by the pages; a legalisation step and its correction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.test_certificate_review import signed_in
from tests.api.world import CERTIFICATE, World


@pytest.fixture
def offices(sqlite_world: World) -> World:
    """A second officer of the records office, and one who attests."""
    now, console, service = datetime.now(UTC), system("tests"), sqlite_world.service
    secrets = {}
    for name, role, office in (("second", "certificate_officer", "CTIP"), ("attester", "attestation_officer", None)):
        entry = AccountEntry(name, name, [role], office)
        secrets[name] = staff.open_account(service.db, console, entry, service.spec, now, must_change=False).secret
    return World(service, {**sqlite_world.passwords, **secrets}, sqlite_world.tokens)


def test_it_is_attested_corrected_and_withdrawn_by_two(sqlite_client: TestClient, offices: World) -> None:
    client = sqlite_client
    made = client.post("/v1/certificates", json=CERTIFICATE, headers=offices.bearer("certificate-program")).json()
    number = made["number"]
    page = f"/certificates/{number}/after"

    token = {"X-CSRF-Token": signed_in(client, offices, "attester")}
    found = client.get("/certificates/find", params={"number": number.lower()}, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, page)
    assert client.get("/certificates/find", params={"number": "CS2026-CTIP-999999-X"}).status_code == 404
    assert 'id="legalise"' in client.get(page).text
    stood = client.post(f"/v1/certificates/{number}/legalisation", json={"step": "interior"}, headers=token).json()
    assert ([one["step"] for one in stood["status"]["legalised"]], stood["step"]) == (["interior"], "interior")
    fields = {"csrf": token["X-CSRF-Token"], "step": "correct", "of": "interior"}
    assert client.post(page, data=fields).status_code == 422
    done = client.post(page, data=fields | {"correct_words": "ورقة أخرى"})
    assert done.status_code == 200
    assert "أُدخل خطأ" in done.text
    assert "ورقة أخرى" not in done.text  # why is for who may read certificates
    checked = client.post("/c?lang=en", data={"number": number, "birth_date": "1990-05-17"}).text
    assert "entered by mistake, corrected" in checked

    token = {"X-CSRF-Token": signed_in(client, offices, "certificates")}
    asked = {"end": "withdraw", "reason": "issued_in_error", "words": "خطأ في القيد"}
    begun = client.post(f"/v1/certificates/{number}/endings", json=asked, headers=token)
    assert begun.status_code == 202
    approval = begun.json()["approval"]
    alone = {"decision": "approve", "words": "نعم"}
    address = f"/v1/certificates/{number}/endings/{approval}"
    assert client.post(address, json=alone, headers=token).status_code == 403
    assert "هذا طلبك" in client.get(page).text

    token = {"X-CSRF-Token": signed_in(client, offices, "second")}
    seen = client.get(page).text
    assert "خطأ في القيد" in seen
    assert "لا رجوع عن السحب" in seen
    fields = {"csrf": token["X-CSRF-Token"], "step": "approve", "approval": approval}
    assert client.post(page, data=fields).status_code == 422
    done = client.post(page, data=fields | {"refuse_words": "مطابق"})
    assert 'data-status="withdrawn"' in done.text
    checked = client.post("/c", data={"number": number, "birth_date": "1990-05-17"}).text
    assert 'data-status="invalid"' in checked
    assert client.get(f"/v1/certificates/{number}/standing").json()["status"]["code"] == "withdrawn"


def test_a_replacement_asked_for_on_the_page_is_issued_when_the_second_officer_approves(
    sqlite_client: TestClient, offices: World
) -> None:
    client = sqlite_client
    made = client.post("/v1/certificates", json=CERTIFICATE, headers=offices.bearer("certificate-program")).json()
    page = f"/certificates/{made['number']}/after"
    token = signed_in(client, offices, "certificates")
    fields = {"csrf": token, "step": "replace", "replace_reason": "bad_mood", "replace_words": ""}
    refused = client.post(page, data=fields)
    assert (refused.status_code, refused.text.count('class="fault"')) == (422, 2)
    asked = client.post(page, data=fields | {"replace_reason": "damaged", "replace_words": "بها بلل"})
    approval = asked.text.partition('name="approval" value="')[2].partition('"')[0]
    token = signed_in(client, offices, "second")
    done = client.post(page, data={"csrf": token, "step": "approve", "approval": approval, "refuse_words": "رأيتها"})
    assert 'data-status="replaced"' in done.text
    assert "حلت محلها" in done.text
