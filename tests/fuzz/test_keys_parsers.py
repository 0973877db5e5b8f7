"""Whatever others signed, or pretend to have signed: its readers end in a verdict or a typed error, soon and small."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.encode import tlv
from tests.fuzz.fuzzing import damaged, run_atheris
from tests.fuzz.keys_readers import (
    ALGORITHM,
    BER,
    CERTIFICATE,
    CRL,
    DEVIATION_LIST,
    KEY,
    LDIF,
    LINT,
    MASTER_LIST,
    MESSAGE,
    NAME,
    READERS,
    RECORD,
    SEAL,
    SOD,
    read,
)
from tests.unit.keys.test_foreign_sod import _named, common_name, content, holder, indefinite, message, signer_info, sod

pytestmark = pytest.mark.heavy

MAXIMUM_SECONDS, MAXIMUM_BYTES = 0.1, 64 << 20
SIGNED = sod()
SAMPLES = [
    (SOD, SIGNED),
    (SOD, indefinite(SIGNED)),
    (SOD, sod(who=holder("rsa"), kind="1.2.840.113549.1.7.1")),
    (MESSAGE, SIGNED[3:] if SIGNED[1] == 0x81 else SIGNED[4:]),
    (RECORD, SIGNED[4:]),
    (MASTER_LIST, SIGNED[4:]),
    (DEVIATION_LIST, SIGNED[4:]),
    (BER, indefinite(SIGNED)),
    (CERTIFICATE, holder().certificate),
    (CERTIFICATE, indefinite(holder("rsa").certificate)),
    (LINT, holder("rsa").certificate),
    (KEY, bytes.fromhex("302a300506032b6570032100") + bytes(32)),
    (NAME, _named(common_name(0x1E, b"\0D\0S"), common_name(0x14, b"D\xe9"))),
    (ALGORITHM, bytes.fromhex("301806092a864886f70d01010a300ba2030201 20a303020101".replace(" ", ""))),
    (SEAL, bytes.fromhex("dc03d9c560a5d9c5a8a53c6e8a4a1ee48a2e8ab45d01") + bytes(40)),
    (LDIF, b"version: 1\ndn: c=UT,o=dl\ncn: x\ncAC;binary:: MAA=\n\ndn:: Yw==\n b:\n"),
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_bytes_end_in_a_verdict_or_a_typed_error(sample: tuple[int, bytes], data: st.DataObject) -> None:
    which, whole = sample
    for changed in damaged(whole, data):
        read(which, changed)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(READERS) - 1), st.binary(max_size=300))
def test_any_bytes_end_in_a_verdict_or_a_typed_error(which: int, data: bytes) -> None:
    read(which, data)


def _spki(key: bytes) -> bytes:
    return tlv(0x30, bytes.fromhex("300d06092a864886f70d0101010500"), tlv(0x03, b"\x00", key))


def bombs() -> Iterator[bytes]:
    """Meant to cost much: nesting, many members, long numbers and identifiers, headers without end."""
    nested = b""
    for _ in range(6_000):
        nested = tlv(0x30, nested)
    yield nested
    for opening in (b"\x30\x80", b"\x24\x80", b"\x77\x80", b"\x30\x84\x00\x0f\xff\xf0"):
        yield opening * 30_000
    for member in (b"\x30\x00", b"\x02\x01\x00", b"\x31\x00", b"\x30\x80\x00\x00"):
        yield tlv(0x30, member * 15_000)
    yield tlv(0x24, tlv(0x04, b"x") * 9_000)
    segments = b"x"
    for _ in range(30):
        segments = tlv(0x24, tlv(0x04, bytes(20_000)) + segments if segments != b"x" else tlv(0x04, b""))
    yield segments
    yield tlv(0x06, b"\x81" * 30_000 + b"\x01")
    yield tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403"), tlv(0x0C, b"x"))) * 1_500)
    yield _spki(tlv(0x30, tlv(0x02, b"\x7f" * 30_000), tlv(0x02, b"\x7f" * 1_000)))
    yield _spki(tlv(0x30, tlv(0x02, b"\x7f" * 1_000), tlv(0x02, b"\x7f" * 1_000)))
    parameters = tlv(
        0x30, tlv(0x02, b"\x01"), tlv(0x30, bytes.fromhex("06072a8648ce3d0101"), tlv(0x02, b"\x7f" * 9_000))
    )
    yield tlv(0x30, tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), parameters), tlv(0x03, b"\x00\x04" + bytes(9_000)))
    yield b"version: 1\ndn: " + b"x\n " * 20_000
    yield b"dn: x\n" + b"a: b\n" * 12_000
    yield b"\xdc\x03" + b"\xff" * 4_000
    entry = tlv(0x30, b"\x02\x01\x05", tlv(0x17, b"260101000000Z"))
    identifier, name = bytes.fromhex("300a06082a8648ce3d040302"), b"\x30\x00"
    fields = b"\x02\x01\x01" + identifier + name + tlv(0x17, b"260101000000Z")
    yield tlv(0x30, tlv(0x30, fields, tlv(0x30, entry * 2_000)), identifier, tlv(0x03, b"\x00"))


def crowded() -> Iterator[bytes]:
    """Well formed and full: the most certificates and signers a message may hold, each to be looked at."""
    held = content()
    yield _many_signers(held)
    yield _many_signers(held, b"\x30\x00")


def _many_signers(held: bytes, name: bytes = b"") -> bytes:
    who = holder("rsa")
    other = {"sid": tlv(0x30, name, b"\x02\x01\x01")} if name else {}
    infos = [signer_info(who, held, **other)] * 64
    return tlv(0x77, message(infos, [who.certificate] * 64, held))


def _seconds(which: int, data: bytes) -> float:
    started = time.process_time()
    read(which, data)
    return time.process_time() - started


def test_the_costliest_inputs_stay_within_a_tenth_of_a_second_and_64_mib() -> None:
    for which in range(len(READERS)):
        read(which, b"")
    for data in (*bombs(), *crowded()):
        for which in range(len(READERS)):
            spent = _seconds(which, data)
            if spent >= MAXIMUM_SECONDS:  # a busy machine slows a whole run down: the input is what costs each time
                spent = min(_seconds(which, data) for _ in range(3))
            assert spent < MAXIMUM_SECONDS, f"reader {which}: {spent:.3f} s for {len(data)} bytes {data[:8].hex()}"
    for data in bombs():
        for which in range(len(READERS)):
            tracemalloc.start()
            read(which, data)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < MAXIMUM_BYTES, f"reader {which}: {peak} bytes for {len(data)}"


@pytest.mark.slow
def test_atheris_finds_no_input_that_escapes(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    seeds = [bytes((which,)) + sample for which, sample in SAMPLES]
    try:
        root: Path = request.getfixturevalue("vectors")
        seeds += [bytes((SOD,)) + path.read_bytes() for path in sorted(root.glob("sod*/*.sod"))]
        seeds += [bytes((CERTIFICATE,)) + path.read_bytes() for path in sorted(root.glob("certs/*.cer"))]
        seeds += [bytes((SEAL,)) + bytes.fromhex(path.read_text()) for path in sorted(root.glob("vds/*.hex"))]
        seeds += [bytes((CRL,)) + path.read_bytes() for path in sorted(root.glob("**/*.crl"))]
    except pytest.skip.Exception:
        pass  # the generated seeds reach every reader
    run_atheris("keys_child", seeds, tmp_path)
