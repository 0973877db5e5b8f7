"""What a stranger may do to a foreign chip: change a byte, or send more to compute than any document needs."""

from __future__ import annotations

from time import perf_counter

import ecdsa
import pytest
from asn1crypto import cms, x509

from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.border.verify import takes_long
from keys.lint_sod import MAX_SIGNERS
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.load import load
from tests.pki.chip import tlv
from tests.pki.world import World, build

SPEC = load()
BRAINPOOL_P512T1 = bytes.fromhex("06092b240303020801010e")  # RFC 5639 §4.1; computed here in Python
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")


def judged(world: World, sod: bytes, trust: TrustStore) -> Verdict:
    return inspect_chip(Chip({**world.files, "EF_SOD": sod}), trust, world.at, SPEC)


def inside(element: bytes) -> bytes:
    return element[2 + (element[1] & 0x7F if element[1] & 0x80 else 0) :]


@pytest.mark.slow
@pytest.mark.parametrize("mask", [0x01, 0x80])
def test_a_byte_changed_leaves_valid_only_what_nobody_signed_and_a_finding_names(mask: int) -> None:
    """The name of the signer, which the key replaces, and the count of unused bits after a signature."""
    world = build("sound_ecdsa")
    trust, sod = TrustStore(world.trusted, world.crls), world.files["EF_SOD"]
    signer = cms.ContentInfo.load(inside(sod))["content"]["signer_infos"][0]["sid"].chosen.dump()
    named = range(sod.rindex(signer), sod.rindex(signer) + len(signer))
    value = x509.Certificate.load(world.holders["ds"].der)["signature_value"].contents
    unused_bits = sod.index(value)
    for place in range(len(sod)):
        verdict = judged(world, sod[:place] + bytes((sod[place] ^ mask,)) + sod[place + 1 :], trust)
        if verdict.status == "valid":
            warned = {check.id for check in verdict.checks if check.result == "warning"}
            finding = "sod.signer.bit_string.unused" if place == unused_bits else "sod.certificate"
            assert place in named or place == unused_bits, place
            assert warned == {finding}, place
            assert any(check.id == "chip.country" and check.result == "pass" for check in verdict.checks)


def many_signers(world: World, number: int) -> bytes:
    """An EF.SOD of so many signers, each with a certificate and a slow key of its own; no signature holds."""
    message = cms.ContentInfo.load(inside(world.files["EF_SOD"]))
    signed, info = message["content"], message["content"]["signer_infos"][0]
    sound = x509.Certificate.load(world.holders["ds"].der)
    body = sound["tbs_certificate"]
    certificates, infos = [], []
    for index in range(number):
        key = ecdsa.SigningKey.generate(ecdsa.BRAINPOOLP512t1)
        spki = tlv(
            0x30, tlv(0x30, EC_PUBLIC_KEY, BRAINPOOL_P512T1), tlv(3, b"\x00\x04" + key.verifying_key.to_string())
        )
        serial = tlv(2, bytes((0x11, index)))
        changed = inside(body.dump()).replace(body["subject_public_key_info"].dump(), spki)
        changed = changed.replace(body["serial_number"].dump(), serial, 1)
        certificates.append(
            tlv(0x30, tlv(0x30, changed), sound["signature_algorithm"].dump(), sound["signature_value"].dump())
        )
        sid = tlv(0x30, info["sid"].chosen["issuer"].dump(), serial)
        signature = tlv(4, key.sign(b"another message", sigencode=ecdsa.util.sigencode_der))
        told = inside(info.dump()).replace(info["sid"].dump(), sid).replace(info["signature"].dump(), signature)
        infos.append(tlv(0x30, told))
    parts = [signed[name].dump() for name in ("version", "digest_algorithms", "encap_content_info")]
    content = tlv(0x30, *parts, tlv(0xA0, *certificates), tlv(0x31, *infos))
    return tlv(0x77, tlv(0x30, message["content_type"].dump(), tlv(0xA0, content)))


@pytest.mark.heavy
def test_of_many_slow_signers_a_bounded_number_is_judged_and_the_rest_is_not_known() -> None:
    world = build("sound_ecdsa")
    sod, trust = many_signers(world, 60), TrustStore(world.trusted, world.crls)
    assert takes_long(sod)
    begun = perf_counter()
    verdict = judged(world, sod, trust)
    took = perf_counter() - begun
    said = {check.id: check.result for check in verdict.checks}
    assert verdict.status == "invalid"
    assert said["sod.signers.many"] == "unknown"
    assert said["sod.signature"] == "fail"
    assert said[f"sod.signature.{MAX_SIGNERS}"] == "unknown"  # not computed: the work is spent
    assert f"sod.signature.{MAX_SIGNERS + 1}" not in said
    assert took < 0.5  # 0.1 s on an idle processor; 1.2 s when every signature was computed


@pytest.mark.heavy
def test_more_signers_than_any_message_has_are_not_read() -> None:
    world = build("sound_ecdsa")
    verdict = judged(world, many_signers(world, 65), TrustStore(world.trusted, world.crls))
    assert [check.id for check in verdict.failed()] == ["sod.encoding"]
