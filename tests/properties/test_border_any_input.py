"""Whatever is sent to a border post's routes, the answer is typed, small and within its time."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from issuance.api.app import create_app
from issuance.service import Service
from issuance.staff.commands import AccountEntry, register_client
from tests.border import POST, Book, issue, with_posts
from tests.mrz_peers import mutations
from tests.pages import drawn
from tests.service import CLERK

INSPECTIONS, PAGES = "/v1/border/inspections", "/v1/border/pages"
SECONDS = 10.0
MOST_BYTES = 256 * 1024
TYPED = {200, 400, 413, 415, 422}
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))
BASE64 = st.binary(max_size=400).map(lambda data: base64.b64encode(data).decode())
NAMES = st.sampled_from(
    ["EF_SOD", "EF_COM", *(f"DG{n}" for n in range(1, 17)), "EF_CardAccess", "../x", "", "DG99"]
) | st.text(max_size=12)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "mrz": JSON | st.lists(st.text(max_size=60), max_size=4),
        "chip": JSON | st.dictionaries(NAMES, BASE64 | SCALARS, max_size=5),
        "chip_record": JSON
        | st.fixed_dictionaries(
            {},
            optional={"aa_challenge": st.text(max_size=20), "aa_response": st.text(max_size=20), "ca_record": JSON},
        ),
        "seal": JSON | st.text(max_size=400),
        "page": BASE64 | JSON,
    },
)


@dataclass(frozen=True)
class Post:
    """A border post of an installation with one book."""

    client: TestClient
    headers: dict[str, str]
    book: Book

    def sent(self, path: str, limit: float = SECONDS, **what: Any) -> Any:
        """The answer, held to its promises; its shape is held to the published one by `tests.schemas`."""
        headers = self.headers | what.pop("headers", {})
        start = time.monotonic()
        answer = self.client.post(path, headers=headers, **what)
        spent = time.monotonic() - start
        assert answer.status_code in TYPED, answer.text[:500]
        assert spent < limit
        assert len(answer.content) < MOST_BYTES
        kind = "application/json" if answer.status_code == 200 else "application/problem+json"
        assert answer.headers["content-type"].startswith(kind)
        told = answer.json()
        if answer.status_code == 200:
            assert "status" in told
        else:
            assert all(fault["code"] and fault["ar"] and fault["en"] for fault in told["faults"])
        return answer


@pytest.fixture(scope="module")
def post(desk: Service) -> Iterator[Post]:
    service = with_posts(desk)
    book = issue(service)
    entry = AccountEntry("post", "post", ["border_system"], POST)
    token = register_client(service.db, CLERK, entry, service.spec, service.clock()).secret
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        held = Post(client, {"Authorization": f"Bearer {token}"}, book)
        held.sent(PAGES, limit=longest(held), content=picture("PNG"))  # the first picture waits for the readers to load
        yield held


def test_the_post_of_these_tests_is_answered(post: Post) -> None:
    told = post.sent(INSPECTIONS, json={"mrz": list(post.book.lines)}).json()
    assert told["questions"]["current"]["state"] == "active"


@MANY
@given(body=JSON)
def test_any_json_is_answered(post: Post, body: Any) -> None:
    post.sent(INSPECTIONS, content=json.dumps(body), headers={"Content-Type": "application/json"})


@MANY
@given(body=BODIES)
def test_any_value_of_any_member_is_answered(post: Post, body: Any) -> None:
    post.sent(INSPECTIONS, content=json.dumps(body), headers={"Content-Type": "application/json"})


@MANY
@given(
    data=st.binary(max_size=2000),
    kind=st.sampled_from(
        ["application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", "", "image/png"]
    ),
)
def test_any_bytes_of_any_kind_are_answered(post: Post, data: bytes, kind: str) -> None:
    post.sent(INSPECTIONS, content=data, headers={"Content-Type": kind})


@SLOW
@given(
    parts=st.lists(
        st.tuples(st.sampled_from(["mrz", "chip", "seal", "page", "x"]), NAMES.filter(bool), st.binary(max_size=500)),
        max_size=5,
    ),
    fields=st.dictionaries(st.sampled_from(["mrz", "seal", "y"]), st.text(max_size=200), max_size=3),
)
def test_any_form_is_answered(post: Post, parts: list[tuple[str, str, bytes]], fields: dict[str, str]) -> None:
    files = [(field, (name, content)) for field, name, content in parts]
    post.sent(INSPECTIONS, data=fields, files=files or None)


def test_mutated_zones_are_answered_and_never_as_another_document_in_force(post: Post) -> None:
    for lines in mutations(150, seed=7):
        told = post.sent(INSPECTIONS, json={"mrz": lines})
        assert told.status_code == 422 or told.json()["status"] != "valid"


@SLOW
@given(name=st.sampled_from(["EF_SOD", "DG1", "DG2", "DG14", "DG15"]), seed=st.integers(0, 2**32))
def test_a_chip_with_damaged_files_is_answered_and_never_valid(post: Post, name: str, seed: int) -> None:
    held = dict(post.book.files)
    held[name] = damaged(held[name], random.Random(seed))
    chip = {one: base64.b64encode(data).decode() for one, data in held.items()}
    told = post.sent(INSPECTIONS, json={"mrz": list(post.book.lines), "chip": chip})
    assert told.status_code == 422 or held == post.book.files or told.json()["status"] != "valid"


def damaged(data: bytes, chance: random.Random) -> bytes:
    """One to four changes: a byte, a piece gone, a piece doubled, cut short."""
    for _ in range(chance.randint(1, 4)):
        if not data:
            return data
        at, size = chance.randrange(len(data)), chance.randint(1, 40)
        data = chance.choice(
            [
                data[:at] + bytes([data[at] ^ chance.randint(1, 255)]) + data[at + 1 :],
                data[:at] + data[at + size :],
                data[:at] + data[at : at + size] + data[at:],
                data[: max(1, at)],
            ]
        )
    return data


FORMATS = st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])


@cache
def picture(kind: str) -> bytes:
    """A small page with a zone, in that format."""
    out = io.BytesIO()
    page = Image.open(io.BytesIO(drawn(("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",) * 2)))
    page.resize((400, 280)).save(out, kind)
    return out.getvalue()


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.binary(max_size=300)
    | st.builds(lambda name, seed: damaged(picture(name), random.Random(seed)), FORMATS, st.integers())
    | st.binary(max_size=200).map(lambda tail: b"%PDF-1.7\n" + tail),
    kind=st.sampled_from(["image/png", "image/jpeg", "application/pdf", "text/html", ""]),
)
def test_any_picture_is_answered_within_the_limits_of_reading(post: Post, data: bytes, kind: str) -> None:
    answer = post.sent(PAGES, limit=longest(post), content=data, headers={"Content-Type": kind})
    assert answer.status_code != 200 or answer.json()["status"] != "verified"


def longest(post: Post) -> float:
    """Seconds in which a page is answered, and a minute for workers that start at the first one."""
    rules = post.client.app.state.service.spec.border_reading.workers  # type: ignore[attr-defined]
    return float(rules.wait_seconds + rules.page_seconds) + 60 + SECONDS


@pytest.mark.slow
def test_a_picture_that_says_it_is_huge_is_refused_unread(post: Post) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header
    bomb += struct.pack(">I", zlib.crc32(b"IHDR" + header)) + struct.pack(">I", 0) + b"IDAT" + b"\0" * 4
    told = post.sent(PAGES, limit=longest(post), content=bomb, headers={"Content-Type": "image/png"})
    assert told.json()["status"] == "unreadable"


def test_a_body_over_the_limit_is_refused_before_it_is_read(post: Post) -> None:
    limit = post.client.app.state.service.spec.border_inspections.limits.request_maximum_bytes  # type: ignore[attr-defined]
    answer = post.client.post(INSPECTIONS, content=b" " * (limit + 1), headers=post.headers)
    assert answer.status_code == 413
    assert answer.json()["faults"][0]["code"]


@pytest.mark.parametrize("depth", [50, 5_000, 200_000])
def test_deep_json_is_refused(post: Post, depth: int) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        body = opened * depth + "1" + closed * depth
        answer = post.sent(INSPECTIONS, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
