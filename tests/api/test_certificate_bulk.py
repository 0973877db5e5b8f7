"""Certificates in bulk by the interface: a connected system sends a file, reads its report and its papers."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi.testclient import TestClient

from issuance.certificates import bulk
from issuance.core.actor import system
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from tests.api.world import PERSON, World
from tests.certificate_bulk import file_of, row

FILE = file_of(
    [row("2026/1", str(PERSON["national_number"])), row("2026/2", str(PERSON["national_number"]), consent="")]
)


def client(world: World, name: str, role: str = "authority_system") -> dict[str, str]:
    made = staff.register_client(
        world.service.db,
        system("tests"),
        AccountEntry(name, name, [role], "CTIP"),
        world.service.spec,
        datetime.now(UTC),
    )
    return {"Authorization": f"Bearer {made.secret}"}


def test_a_system_sends_a_file_and_reads_what_became_of_it(sqlite_client: TestClient, sqlite_world: World) -> None:
    ours = client(sqlite_world, "ministry")
    csv = ours | {"Content-Type": "text/csv; charset=utf-8"}
    dry = sqlite_client.post("/v1/certificate-bulk/dry-run", content=FILE, headers=csv)
    assert [one["fate"]["code"] for one in dry.json()["rows"]] == ["waiting", "refused"]
    sent = sqlite_client.post("/v1/certificate-bulk", content=FILE, headers=csv)
    assert (sent.status_code, sent.json()["rows"], sent.json()["ended_at"]) == (202, 2, None)
    again = sqlite_client.post("/v1/certificate-bulk", content=FILE, headers=csv)
    assert (again.status_code, again.json()["id"]) == (202, sent.json()["id"])

    service, now = sqlite_world.service, datetime.now(UTC)
    while bulk.work(service, sent.json()["id"], now):
        pass
    bulk.finish(service, sent.json()["id"], now)
    address = sent.headers["location"]
    assert sqlite_client.get(address, headers=ours).json()["settled"] == 2
    report = sqlite_client.get(f"{address}/report", headers=ours).json()
    issued, refused = report["rows"]
    assert (issued["fate"]["code"], refused["faults"][0]["code"]) == ("issued", "certificates.bulk.basis")
    table = sqlite_client.get(f"{address}/report?form=csv", headers=ours)
    assert table.headers["content-type"].startswith("text/csv")
    assert issued["number"] in table.text
    paper = sqlite_client.get(f"{address}/papers/{issued['number']}", headers=ours)
    assert paper.content.startswith(b"%PDF")

    for path in ("", "/report", f"/papers/{issued['number']}"):
        other = client(sqlite_world, f"other{len(path)}")
        assert sqlite_client.get(address + path, headers=other).status_code == 404
        assert sqlite_client.get(address + path).status_code == 401
    assert sqlite_client.get(f"/v1/certificates/{issued['number']}", headers=ours).status_code == 403


def test_what_is_no_csv_or_too_much_is_refused(sqlite_client: TestClient, sqlite_world: World) -> None:
    ours = client(sqlite_world, "ministry")
    wrong = sqlite_client.post("/v1/certificate-bulk", json={}, headers=ours)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "certificates.bulk.type")
    csv = ours | {"Content-Type": "text/csv"}
    limit = sqlite_world.service.spec.certificate_requests.bulk.maximum_bytes
    assert sqlite_client.post("/v1/certificate-bulk", content=b"x" * (limit + 1), headers=csv).status_code == 413
    assert sqlite_client.post("/v1/certificate-bulk", content=b"a,b\n", headers=csv).status_code == 422
    clerk = sqlite_world.bearer("passport-program") | {"Content-Type": "text/csv"}
    assert sqlite_client.post("/v1/certificate-bulk", content=FILE, headers=clerk).status_code == 403


def test_only_an_administrator_registers_webhooks(sqlite_client: TestClient, sqlite_world: World) -> None:
    ours = client(sqlite_world, "ministry")
    asked = {"client": "ministry", "url": "https://ministry.example/told"}
    assert sqlite_client.post("/v1/certificate-webhooks", json=asked, headers=ours).status_code == 403
    assert sqlite_client.get("/v1/certificate-webhooks", headers=ours).status_code == 403
