"""A development PKI, made at test start in a temporary directory, and documents signed with it."""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import typst

from keys.intents import MemoryIntentLog
from keys.open import create_development_pki, open_keys
from keys.pdf import PdfRequest
from keys.ring import Keys
from keys.seal import SealRequest
from keys.signing import issue, prepare
from keys.trust import TrustStore
from specs.load import load

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
VERIFIER = "https://verify.example"


@dataclass(frozen=True)
class World:
    """keys and the trust exported from them; trust_directory holds the same as files."""

    keys: Keys
    trust: TrustStore
    trust_directory: Path


def world(name: str = "one") -> World:
    """One installation; another name is another installation with other keys."""
    return _world(name)


@lru_cache(maxsize=2)
def _world(name: str) -> World:
    root = Path(mkdtemp(prefix=f"issuance-{name}-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    pki = load().pki_profiles
    create_development_pki(root / "keys", "test passphrase", NOW, pki)
    keys = open_keys(root / "keys", "test passphrase", MemoryIntentLog(), pki)
    keys.export_trust(root / "trust")
    return World(keys, TrustStore.from_directory(root / "trust"), root / "trust")


def seal_request(**changed: object) -> SealRequest:
    """A plausible request; keyword arguments replace fields."""
    values: dict[str, object] = {
        "reference": "certificate:CS2026-TRP-000001-T",
        "number": "CS2026-TRP-000001-T",
        "name_arabic": "محمد علي أحمد المبروك",
        "name_latin": "MOHAMED ALI AHMED ELMABROUK",
        "birth_date": "1985-03-00",
        "national_number": "119859000015",
        "issued_on": date(2026, 11, 22),
        "expires_on": date(2027, 2, 21),
        "outcome": "clear",
        "verifier": VERIFIER,
        "spec": load().certificate_seal,
    }
    return SealRequest(**(values | changed))  # type: ignore[arg-type]


def signed_seal(request: SealRequest | None = None, name: str = "one") -> bytes:
    keys = world(name).keys
    return issue(prepare(keys, request or seal_request(), NOW), NOW).artefact


@lru_cache(maxsize=4)
def rendered_pdf(attachment: str = '{"a":1}', standards: tuple[str, ...] = ("a-3a", "ua-1")) -> bytes:
    """A small tagged PDF/A-3 of two pages with one attachment, as our renderer makes it."""
    source = """
    #set document(title: "شهادة", date: auto)
    #set text(font: ("Amiri", "Liberation Sans"), lang: "ar")
    = شهادة
    محمد المبروك #link("https://verify.example")[verify]
    #pdf.attach("certificate.json", bytes(sys.inputs.data), relationship: "data",
      mime-type: "application/json", description: "data")
    #pagebreak()
    الصفحة الثانية
    """
    return typst.compile(
        source.encode(),
        format="pdf",
        pdf_standards=list(standards),
        sys_inputs={"data": attachment},
        font_paths=["/usr/share/fonts"],
        timestamp=NOW,
    )


def signed_pdf(pdf: bytes | None = None, name: str = "one") -> bytes:
    request = PdfRequest("certificate:CS2026-TRP-000001-T", pdf or rendered_pdf(), "شهادة الحالة الجنائية", "طرابلس")
    return issue(prepare(world(name).keys, request, NOW), NOW).artefact
