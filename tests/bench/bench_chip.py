"""What passive authentication of a chip costs next to the arithmetic it contains, next to parsing, and in memory."""

from __future__ import annotations

import hashlib
import os
import statistics
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter

import psutil
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keys import Keys, create_development_pki, issue, open_keys, prepare
from keys.intents import MemoryIntentLog
from keys.sod import SodRequest
from keys.verdict import Verdict
from keys.verify import verify_sod
from specs.load import load
from specs.schema.pki import Pki
from tests.bench.measure import Measured

GOAL_RAW = 2.0
GOAL_PARSING = 1.0
GOAL_MEMORY = 1.1
ROUNDS = 400
CHIPS = 1_000
WARM = 100
SIZES = {1: 93, 2: 15_000, 11: 120, 12: 60, 14: 40}  # bytes of a usual passport's files
TAGS = {1: 0x61, 2: 0x75, 11: 0x6B, 12: 0x6C, 14: 0x6E}
Chip = tuple[bytes, dict[int, bytes]]


def run() -> list[Measured]:
    """EF.SOD and five data groups judged, chain cached: over its raw verifications, and over parsing by asn1crypto."""
    pki, now = load().pki_profiles, datetime.now(UTC)
    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        create_development_pki(Path(home, "keys"), "a passphrase for the bench", now, pki)
        keys = open_keys(Path(home, "keys"), "a passphrase for the bench", MemoryIntentLog(), pki)
    return [*_cost(keys, pki, now), _memory(keys, pki, now)]


def _cost(keys: Keys, pki: Pki, now: datetime) -> list[Measured]:
    chips, trust = list(islice(_chips(keys, pki, now), 50)), keys.trust()
    around, issued_on = load().pki_tolerances.signing_time, now.date()

    def judge(chip: Chip) -> Verdict:
        return verify_sod(chip[0], chip[1], trust, now, issued_on=issued_on, pki=pki, signing_time=around)

    raw = _raw(chips[0][0])
    for chip in chips:
        assert judge(chip).status == "valid"
        raw(chip)
        _parse(chip)
    turns = [chips[i % len(chips)] for i in range(ROUNDS)]
    times = [(_seconds(judge, chip), _seconds(raw, chip)) for chip in turns]  # in turns: both meet the same machine
    whole, arithmetic = (statistics.median(column) * 1e6 for column in zip(*times, strict=True))
    parsing = statistics.median(_seconds(_parse, chip) for chip in chips) * 1e6
    size = sum(SIZES.values())
    return [
        Measured(
            "passive authentication, chain cached / its raw verifications",
            whole / arithmetic,
            GOAL_RAW,
            f"{whole:.0f} µs over {arithmetic:.0f} µs (P-256, SHA-256 of {size} bytes)",
        ),
        Measured(
            "the same / EF.SOD parsed by asn1crypto, nothing verified",
            whole / parsing,
            GOAL_PARSING,
            f"{whole:.0f} µs over {parsing:.0f} µs",
        ),
    ]


def _memory(keys: Keys, pki: Pki, now: datetime) -> Measured:
    """Resident memory after `CHIPS` different chips over that after the first `WARM`."""
    trust, process = keys.trust(), psutil.Process()
    early = 0
    for number, (sod, groups) in enumerate(islice(_chips(keys, pki, now), CHIPS), start=1):
        assert verify_sod(sod, groups, trust, now, pki=pki).status == "valid"
        if number == WARM:
            early = process.memory_info().rss
    late = process.memory_info().rss
    detail = f"{late / 2**20:.1f} MiB over {early / 2**20:.1f} MiB"
    return Measured(f"memory after {CHIPS} chips / after {WARM}", late / early, GOAL_MEMORY, detail)


def _chips(keys: Keys, pki: Pki, now: datetime) -> Iterator[Chip]:
    number = 0
    while True:
        number += 1
        groups = {n: bytes((TAGS[n],)) + os.urandom(size) for n, size in SIZES.items()}
        request = SodRequest(f"passport:bench{number}", groups, "PP", pki)
        yield issue(prepare(keys, request, now), now).artefact, groups


def _raw(sod: bytes) -> Callable[[Chip], None]:
    """The verifications a judgement contains: the digests of the groups and of the object, and one signature."""
    signed = cms.ContentInfo.load(_content_info(sod))["content"]
    certificate = x509.load_der_x509_certificate(signed["certificates"][0].chosen.dump())
    key, algorithm = certificate.public_key(), ec.ECDSA(hashes.SHA256())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    held: dict[bytes, tuple[bytes, bytes, bytes]] = {}

    def raw(chip: Chip) -> None:
        content, attributes, signature = held.get(chip[0]) or held.setdefault(chip[0], _signed_parts(chip[0]))
        for group in chip[1].values():
            hashlib.sha256(group).digest()
        hashlib.sha256(content).digest()
        key.verify(signature, attributes, algorithm)

    return raw


def _signed_parts(sod: bytes) -> tuple[bytes, bytes, bytes]:
    signed = cms.ContentInfo.load(_content_info(sod))["content"]
    (info,) = signed["signer_infos"]
    attributes = info["signed_attrs"].untag().dump()
    return signed["encap_content_info"]["content"].native, attributes, info["signature"].native


def _parse(chip: Chip) -> object:
    """Every value of the EF.SOD by asn1crypto, its certificate's names and validity included."""
    return cms.ContentInfo.load(_content_info(chip[0])).native


def _content_info(sod: bytes) -> bytes:
    return sod[4:] if sod[1] == 0x82 else sod[3:]


def _seconds(work: Callable[[Chip], object], chip: Chip) -> float:
    start = perf_counter()
    work(chip)
    return perf_counter() - start


@pytest.mark.bench
def test_passive_authentication_costs_at_most_twice_its_verifications_and_keeps_no_memory() -> None:
    missed = [result for result in run() if not result.met]
    assert not missed, missed
