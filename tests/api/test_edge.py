"""What every request passes: who calls, shapes, limits, errors, headers, health; and what the service publishes."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from issuance.api.app import SMALL_BODY_BYTES
from issuance.api.published import seal_signers
from issuance.border import api as border
from issuance.border.turns import turns
from issuance.specification.schemas import ROUTES
from keys import vds
from tests.api.world import CERTIFICATE, World

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def sign_in(client: TestClient, world: World, account: str) -> Any:
    form = {"username": account, "password": world.passwords[account]}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    assert answer.status_code == 303
    return answer


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/").text)
    assert found is not None
    return found[1]


def test_a_call_without_credentials_is_401_and_says_how(sqlite_client: TestClient) -> None:
    for method, path in (("GET", "/v1/passports"), ("POST", "/v1/certificates"), ("GET", "/v1/certificates/X")):
        answer = sqlite_client.request(method, path, json={} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (401, "api.not_signed_in")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("given", ["Bearer wrong", "Basic eDp5", "Bearer", "bearer \u00ff"])
def test_a_wrong_token_is_401_even_beside_a_good_session(
    sqlite_client: TestClient, sqlite_world: World, given: str
) -> None:
    sign_in(sqlite_client, sqlite_world, "certificates")
    answer = sqlite_client.get("/v1/certificates", headers={"Authorization": given.encode("latin-1")})  # type: ignore[dict-item]
    assert answer.status_code == 401


def test_an_unsafe_call_by_cookie_needs_the_form_token(sqlite_client: TestClient, sqlite_world: World) -> None:
    sign_in(sqlite_client, sqlite_world, "certificates")
    bad = CERTIFICATE | {"purpose": "nothing"}  # stops after the guard: a 422 shows that the guard let it through
    assert sqlite_client.post("/v1/certificates", json=bad).json()["code"] == "api.csrf"
    token = csrf(sqlite_client)
    assert sqlite_client.post("/v1/certificates", json=bad, headers={"X-CSRF-Token": token}).status_code == 422
    forged = {"X-CSRF-Token": token, "Origin": "https://evil.example"}
    assert sqlite_client.post("/v1/certificates", json=bad, headers=forged).json()["code"] == "api.origin"
    assert sqlite_client.get("/v1/certificates").status_code == 200


def test_a_session_cookie_is_out_of_scripts_reach_and_ends_at_sign_out(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    cookie = sign_in(sqlite_client, sqlite_world, "certificates").headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie
    held = dict(sqlite_client.cookies)
    sqlite_client.post("/sign-out", data={"csrf": csrf(sqlite_client)})
    sqlite_client.cookies.update(held)
    assert sqlite_client.get("/v1/certificates").status_code == 401


def test_sign_in_says_the_same_for_a_wrong_name_and_a_wrong_password(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    def tried(username: str) -> str:
        answer = sqlite_client.post("/sign-in", data={"username": username, "password": "wrong"})
        assert answer.status_code == 403
        return answer.text.replace(username, "?")

    assert tried("certificates") == tried("nobody-of-this-name")


def test_a_sign_in_form_of_another_site_is_refused(sqlite_client: TestClient, sqlite_world: World) -> None:
    form = {"username": "certificates", "password": sqlite_world.passwords["certificates"]}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
        assert sqlite_client.post("/sign-in", data=form, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"a": NaN}', b"[" * 100_000, b'{"a": "\\ud800"}', b'"\\u0000"', b"\xff"]
)
def test_a_malformed_body_is_a_problem_naming_no_more_than_that(
    sqlite_client: TestClient, sqlite_world: World, body: bytes
) -> None:
    headers = sqlite_world.bearer("certificate-program") | {"Content-Type": "application/json"}
    answer = sqlite_client.post("/v1/certificates", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["faults"][0]["code"].startswith("api.body.")


def test_a_body_over_its_limit_is_413_whatever_its_header_says(sqlite_client: TestClient, sqlite_world: World) -> None:
    def chunks() -> Any:
        for _ in range(SMALL_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    headers = sqlite_world.bearer("certificate-program")
    assert sqlite_client.post("/v1/certificates", content=chunks(), headers=headers).status_code == 413
    assert (
        sqlite_client.post("/v1/certificates", content=b" " * (SMALL_BODY_BYTES + 1), headers=headers).status_code
        == 413
    )
    big = b" " * (border.MAXIMUM_BYTES + 100_000)
    assert sqlite_client.post("/v1/verifications", files={"file": big}).status_code == 413
    page = sqlite_client.post("/c", files={"file": big})
    assert (page.status_code, page.headers["content-type"]) == (413, "text/html; charset=utf-8")


def test_a_seal_signer_whose_revocation_cannot_be_known_is_published_as_unknown(sqlite_world: World) -> None:
    service, now = sqlite_world.service, datetime.now(UTC)

    def states(at: datetime) -> set[str]:
        return {signer["state"] for signer in seal_signers(service.trust, at, service.spec.pki_profiles)}

    assert states(now) == {"good"}
    assert states(now + timedelta(days=91)) == {"unknown"}  # revocation lists hold for 90 days


def blank_png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height), 1).save(out, "PNG")
    return out.getvalue()


def test_a_picture_over_the_limit_of_public_uploads_is_not_searched(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    most = sqlite_world.service.spec.border_inspection.public_uploads.picture_maximum_pixels
    answer = sqlite_client.post("/v1/verifications", files={"file": blank_png(most // 2000 + 1, 2000)})
    [check] = answer.json()["checks"]
    assert (check["id"], check["result"]) == ("picture.form", "fail")
    assert "12 megapixels" in check["reason"]


def test_strangers_pictures_wait_their_turn_and_too_many_are_told_to_come_again(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    spec, picture = sqlite_world.service.spec, {"file": blank_png(10, 10)}
    limits = spec.border_inspection.public_uploads.model_copy(update={"waiting": 0})
    inspection = spec.border_inspection.model_copy(update={"public_uploads": limits})
    service = dataclasses.replace(sqlite_world.service, spec=spec.model_copy(update={"border_inspection": inspection}))
    with TestClient(World(service, {}, {}).app()) as client:
        with turns(limits.at_once, 0).turn(1):  # another upload is being judged
            refused = client.post("/v1/verifications", files=picture)
            page = client.post("/c", files=picture)
            seal = client.post("/v1/verifications", json={"seal": "x"})
        assert client.post("/v1/verifications", files=picture).status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (503, "border.upload.busy")
    assert refused.json()["faults"][0]["ar"] and refused.json()["faults"][0]["en"]
    assert (page.status_code, seal.status_code) == (503, 200)
    assert {answer.headers["retry-after"] for answer in (refused, page)} == {"5"}


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/v1/trust", "/v1/none", "/none", "/static/site.css", "/v1/passports"]
)
def test_every_answer_carries_the_security_headers_and_an_id(sqlite_client: TestClient, path: str) -> None:
    answer = sqlite_client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["x-request-id"]


def test_the_public_check_may_ask_this_service_for_a_status_and_nothing_else(sqlite_client: TestClient) -> None:
    answer = sqlite_client.get("/c")
    policy, _, asked = answer.headers["content-security-policy"].partition("; connect-src ")
    assert {name: answer.headers.get(name) for name in HEADERS} | {"content-security-policy": policy} == HEADERS
    assert all(address.endswith("/v1/certificate-status") for address in asked.split())


def test_https_is_pinned_and_the_cookie_bound_to_the_host_when_the_address_is_https(
    sqlite_world: World,
) -> None:
    secure = sqlite_world.service.settings.model_copy(update={"public_base_url": "https://verify.example"})
    service = dataclasses.replace(sqlite_world.service, settings=secure)
    world = World(service, sqlite_world.passwords, sqlite_world.tokens)
    with TestClient(world.app(), base_url="https://verify.example") as client:
        answer = sign_in(client, world, "certificates")
        assert "max-age=" in answer.headers["strict-transport-security"]
        assert answer.headers["set-cookie"].startswith("__Host-issuance_session=")
        assert "secure" in answer.headers["set-cookie"].lower()


def test_unknown_paths_and_methods_are_problems_or_pages(sqlite_client: TestClient) -> None:
    assert sqlite_client.get("/v1/none").json()["status"] == 404
    assert sqlite_client.delete("/v1/trust").json()["status"] == 405
    page = sqlite_client.get("/none")
    assert (page.status_code, 'lang="ar" dir="rtl"' in page.text) == (404, True)
    assert sqlite_client.get("/certificates/%00").status_code == 404


def test_an_unforeseen_error_tells_nothing_outside_and_no_values_in_the_log(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("سالم 119909000012")

    monkeypatch.setattr("issuance.border.api.verify_text", broken)
    monkeypatch.setattr("issuance.web.check.verify_text", broken)
    with caplog.at_level(logging.DEBUG), TestClient(sqlite_world.app(), raise_server_exceptions=False) as client:
        answer = client.post("/v1/verifications", json={"seal": "x"})
        page = client.post("/c", data={"text": "x"})
    assert (answer.status_code, answer.json()["code"], page.status_code) == (500, "api.internal", 500)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("issuance"))
    assert "unexpected RuntimeError" in ours
    for secret in ("119909000012", "سالم"):
        assert secret not in answer.text + page.text + ours
    assert {name: page.headers.get(name) for name in HEADERS} == HEADERS


def test_health_and_readiness_name_the_part_that_fails(sqlite_client: TestClient, sqlite_world: World) -> None:
    assert sqlite_client.get("/healthz").json() == {"status": "ok"}
    assert sqlite_client.get("/readyz").json()["status"] == "ready"
    database = sqlite_world.service.settings.home / "issuance.db"
    sqlite_world.service.db.close()
    for path in database.parent.glob("issuance.db*"):
        path.unlink()
    database.mkdir()
    answer = sqlite_client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["keys"]) == (503, "ok")
    assert answer.json()["parts"]["database"] != "ok"
    page = sqlite_client.get("/c", cookies={"issuance_session": "x"})
    assert (page.status_code, "db." in page.text) == (503, False)


def test_the_description_of_the_interface_is_complete_and_in_both_languages(sqlite_client: TestClient) -> None:
    described = sqlite_client.get("/v1/openapi.json").json()
    said = {f"{method.upper()} {path}" for path, held in described["paths"].items() for method in held}
    assert {route for route in said if "/v1/" in route} == set(ROUTES)  # each says its documents (docs/schemas.md)
    for operations in described["paths"].values():
        for operation in operations.values():
            assert re.search(r"[\u0600-\u06ff]", operation["summary"]) and re.search(r"[A-Za-z]", operation["summary"])
    body = described["paths"]["/v1/passports"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert body["example"]["application"]["names"]["latin_confirmed"] is True


def test_the_published_signer_verifies_a_seal_without_this_service(
    sqlite_client: TestClient, sqlite_world: World
) -> None:
    held = sqlite_world.bearer("certificate-program")
    address = sqlite_client.post("/v1/certificates", json=CERTIFICATE, headers=held).json()["seal"]
    text = address.partition("#")[2]
    seal = vds.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    signers = sqlite_client.get("/v1/trust").json()["seal_signers"]
    [signer] = [s for s in signers if (s["signer"], s["reference"]) == (seal.header.signer, seal.header.reference)]
    key = load_der_public_key(base64.b64decode(signer["public_key_spki"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(half, "big") for half in (seal.signature[:32], seal.signature[32:]))
    key.verify(encode_dss_signature(r, s), seal.signed, ec.ECDSA(hashes.SHA256()))
    der = base64.b64decode(signer["certificate"])
    assert hashlib.sha256(der).hexdigest() == signer["certificate_sha256"]
    described = sqlite_client.get("/v1/seal-format").json()
    assert described["address"] == address.partition("#")[0]
    assert [f["tag"] for f in described["features"]] == [tag for tag, _ in seal.features]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.sampled_from([b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xdc\x03", b"\x77"]).flatmap(
            lambda head: st.binary(max_size=200).map(lambda tail: head + tail)
        ),
    )
)
def test_any_bytes_get_a_verdict_that_is_not_valid(sqlite_client: TestClient, content: bytes) -> None:
    answer = sqlite_client.post("/v1/verifications", files={"file": ("x", content)})
    assert answer.status_code == 200
    assert answer.json()["status"] in ("invalid", "indeterminate")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["national_number", "purpose", "addressee", "ar", "en", "seal", "mrz", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    )
)
def test_any_json_gets_a_problem_and_never_a_500(sqlite_client: TestClient, sqlite_world: World, value: Any) -> None:
    headers = sqlite_world.bearer("certificate-program") | {"Content-Type": "application/json"}
    content = json.dumps(value).encode()
    assert sqlite_client.post("/v1/certificates", content=content, headers=headers).status_code in (404, 422)
    assert sqlite_client.post("/v1/verifications", content=content, headers=headers).status_code in (200, 422)
