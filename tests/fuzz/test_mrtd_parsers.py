"""Whatever stands in a chip, its readers end in values, findings or a typed error, soon and in little memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.mrtd.data_groups.com import GROUP_TAGS
from issuance.mrtd.data_groups.reading import group_rules, read_group
from issuance.mrtd.tlv import MAXIMUM_FILE_BYTES, encode
from specs.load import load
from tests.fuzz.fuzzing import damaged, run_atheris
from tests.unit.mrtd.test_face_39794 import ALL_FIELDS
from tests.unit.mrtd.test_reading import JPEG, face_19794

RULES = group_rules(load())
MAXIMUM_SECONDS, MAXIMUM_BYTES = 0.1, 64 << 20
SAMPLES = {
    2: [
        face_19794(JPEG, 413, 531),
        encode(0x75, encode(0x7F61, b"\x02\x01\x01", encode(0x7F60, bytes.fromhex("a108870201018802002a"),
               encode(0x7F2E, encode(0xA1, ALL_FIELDS))))),
    ],
    11: [encode(0x6B, encode(0x5C, b"\x5f\x0e\x5f\x2b\xa0"), encode(0x5F0E, b"A<<B"), encode(0x5F2B, b"19900517"),
                encode(0xA0, b"\x02\x01\x01", encode(0x5F0F, b"C")))],
    14: [bytes.fromhex("6e1631143012060a04007f0007020204020402010202010d")],
    16: [encode(0x70, b"\x02\x01\x01", encode(0xA1, encode(0x5F51, b"A<B")))],
}  # fmt: skip
FROM_VECTORS = {
    1: "lds_bsi_tr03105/Datagroup1.bin",
    2: "iso39794/ICAO_39794_5_AP_DG2_MandFields.dat",
    3: "lds_bsi_tr03105/Datagroup3.bin",
    4: "lds_bsi_tr03105/Datagroup4.bin",
    14: "dg14_dg15/doc9303_spec_sample_dg14.bin",
    15: "dg14_dg15/nfcpassportreader_dg15_ecc.bin",
    17: "lds_bsi_tr03105/EF_COM.bin",
}


@pytest.mark.heavy
@settings(max_examples=300)
@given(st.sampled_from([(n, s) for n, held in SAMPLES.items() for s in held]), st.data())
def test_a_mutated_group_ends_in_a_reading(sample: tuple[int, bytes], data: st.DataObject) -> None:
    number, whole = sample
    for content in damaged(whole, data):
        assert read_group(number, content, RULES).findings


def bombs() -> Iterator[tuple[int, bytes]]:
    """Inputs of the largest size meant to cost much: nesting, many members, long numbers, headers without end."""
    room = MAXIMUM_FILE_BYTES - 64
    for number, tag in GROUP_TAGS.items():
        nested = b""
        while len(nested) < room // 64:
            nested = encode(tag, nested)
        yield number, encode(tag, nested)
        yield number, encode(tag, b"\x30\x00" * (room // 2))
        yield number, encode(tag, bytes(room))
        yield number, encode(tag, b"\xff" * room)
    yield 2, face_19794(b"\xff\xd8\xff" + b"\xff" * 60_000, 413, 531)
    yield 2, face_19794(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 15_000, 413, 531)
    yield 2, face_19794(b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\x00\x00\x00\x08free" * 7_000, 413, 531)
    rings = b"\x30\x82\x7f\xfc" + b"\x02\x82\x7f\xf8" + b"\x7f" * 0x7FF8
    yield 15, encode(0x6F, rings)
    yield 14, encode(0x6E, b"\x31" + rings[1:])


@pytest.mark.heavy
def test_the_costliest_inputs_stay_within_a_tenth_of_a_second_and_64_mib() -> None:
    for number, data in bombs():
        started = time.process_time()
        reading = read_group(number, data, RULES)
        spent = time.process_time() - started
        assert reading.findings
        assert spent < MAXIMUM_SECONDS, f"DG{number}: {spent:.3f} s for {len(data)} bytes"
    for number, data in bombs():
        tracemalloc.start()
        read_group(number, data, RULES)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MAXIMUM_BYTES, f"DG{number}: {peak} bytes for {len(data)}"


@pytest.mark.slow
def test_atheris_finds_no_input_that_escapes(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    seeds = [bytes((number,)) + sample for number, held in SAMPLES.items() for sample in held]
    try:
        root: Path = request.getfixturevalue("vectors")
        seeds += [bytes((number,)) + (root / path).read_bytes()[:4096] for number, path in FROM_VECTORS.items()]
        infos, key = ((root / "lds_bsi_tr03105" / f"DG{n}_pk.bin").read_bytes() for n in (14, 15))
        entry = encode(0x30, bytes.fromhex("060904007f000702020102"), infos)  # id-PK-ECDH
        offer = bytes.fromhex("300f060a04007f00070202030202020101")
        seeds += [bytes((which,)) + encode(0x31, offer, entry) for which in (18, 20)]
        seeds += [b"\x13" + spki + bytes(len(spki)) for spki in (infos, key)]
    except pytest.skip.Exception:
        pass  # the generated seeds reach every reader but those of DG3, DG4 and DG15
    run_atheris("mrtd_child", seeds, tmp_path)
