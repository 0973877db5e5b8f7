"""OpenSSL and Bouncy Castle on the chips we inspect, sound and broken; where one disagrees, the table says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from ssl import DER_cert_to_PEM_cert

import pytest

from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.mrtd.data_groups import build_dg1
from keys.chain import judge_chain
from keys.intents import MemoryIntentLog
from keys.open import create_development_pki, open_keys
from keys.signing import Purpose, issue, prepare
from keys.sod import SodRequest
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.load import load
from tests.judges.test_keys_judges import bouncy_castle_wanted, openssl_wanted, path_judge, run
from tests.pki.chip import face_group
from tests.pki.world import World, build, names
from tests.unit.border.test_verify import MRZ
from tests.unit.keys.conftest import NOW

SPEC = load()
# What OpenSSL overlooks in a signature that it finds to hold, and we refuse.
OPENSSL_OVERLOOKS = {
    "signer_algorithm_is_not_for_its_key": "it goes by the key and never reads SignerInfo's algorithm",
    "signed_content_type_differs": "it does not compare contentType with eContentType (RFC 5652 §11.1)",
}
CERTIFICATE_ELSEWHERE = ("ds_certificate_not_inside", "signer_known_here_for_visas", "signer_not_known")
# OpenSSL looks for the signer by the name in SignerInfo alone; we also by the one key inside that made the signature.
OPENSSL_DOES_NOT_FIND = (
    "signer_named_otherwise",
    "signer_named_otherwise_for_visas",
    "signer_named_otherwise_of_another_state",
)
# (world, certificates of the path from the signer up, what Bouncy Castle says, why it differs from our verdict).
PATHS = [
    ("sound_ecdsa", ["ds"], "valid", ""),
    ("sound_rsa_pss", ["ds"], "valid", ""),
    ("csca_rollover_with_link", ["ds_new", "link"], "valid", ""),
    ("csca_renamed_with_link", ["ds_new", "link"], "valid", ""),
    ("two_cscas_of_one_name", ["ds_second"], "valid", ""),
    ("ds_revoked_after_signing", ["ds"], "invalid", ""),
    ("revocation_list_stale_offline", ["ds"], "invalid", "no path without a list for it; we know nothing, and say so"),
    (
        "ds_forged_under_a_trusted_name",
        ["ds_second"],
        "invalid",
        "no path; with other keys of the name it might be one",
    ),
    ("ds_expired_since", ["ds"], "invalid", "it knows no moment but that of the inspection; the signature is older"),
]


def judged(held: World) -> Verdict:
    return inspect_chip(Chip(held.files), TrustStore(held.trusted, held.crls), held.at, SPEC)


def openssl_holds(sod: bytes, directory: Path, beside: Sequence[bytes] = ()) -> bool:
    """beside: certificates among which the signer's may be, when it is not inside."""
    octets = sod[1] & 0x7F if sod[1] & 0x80 else 0
    (directory / "cms").write_bytes(sod[2 + octets :])
    (directory / "beside").write_text("".join(map(DER_cert_to_PEM_cert, beside)), "ascii")
    more = ["-certfile", directory / "beside"] if beside else []
    told = run(
        "openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", directory / "cms", *more, "-out", "/dev/null"
    )
    return told.returncode == 0


@openssl_wanted
@pytest.mark.slow
def test_openssl_agrees_on_the_signature_of_every_world(tmp_path: Path) -> None:
    for held in (build(name) for name in names()):
        if not held.files:
            continue  # a seal
        sod = held.files["EF_SOD"]
        failed = {c.id for c in judged(held).failed() if c.level == "crypto" and c.id.startswith("sod.")}
        signature_fails = any(not name.startswith("sod.data_group") for name in failed)
        beside = [holder.der for holder in held.holders.values()] if held.name in CERTIFICATE_ELSEWHERE else []
        assert openssl_holds(sod, tmp_path, beside) == (held.name not in OPENSSL_DOES_NOT_FIND), held.name
        assert signature_fails == (held.name in OPENSSL_OVERLOOKS), held.name
        assert not openssl_holds(sod[:-1] + bytes((sod[-1] ^ 1,)), tmp_path), held.name


@bouncy_castle_wanted
@pytest.mark.slow
@pytest.mark.parametrize(("name", "path", "says", "why"), PATHS, ids=[row[0] for row in PATHS])
def test_bouncy_castle_agrees_on_the_whole_path_or_the_table_says_why(
    name: str, path: list[str], says: str, why: str, tmp_path: Path
) -> None:
    held = build(name)
    root = held.trusted[-1] if name == "two_cscas_of_one_name" else held.trusted[0]
    certificates = [held.holders[one].der for one in path]
    told = path_judge(tmp_path, root, certificates, held.crls, held.at)
    assert told.stdout.split(b":")[0].strip().decode() == says, (told.stdout, told.stderr)
    trust = TrustStore(held.trusted, held.crls)
    moment = held.at - timedelta(days=40)
    ours = judge_chain(
        certificates[0], Purpose.document_signer, trust, held.at, certificates[1:], signed_at=(moment, moment)
    )
    status = Verdict.of(ours.checks).status
    assert (status == says) == (not why), (status, why)


@openssl_wanted
@bouncy_castle_wanted
@pytest.mark.slow
def test_the_chip_we_issue_is_sound_to_every_judge(tmp_path: Path) -> None:
    create_development_pki(tmp_path / "keys", "test passphrase", NOW, SPEC.pki_profiles)
    keys = open_keys(tmp_path / "keys", "test passphrase", MemoryIntentLog(), SPEC.pki_profiles)
    groups = {1: build_dg1(MRZ), 2: face_group()}
    request = SodRequest("passport:L898902C3", groups, "PP", SPEC.pki_profiles)
    sod = issue(prepare(keys, request, NOW), NOW).artefact
    keys.export_trust(tmp_path / "trust")
    trust = TrustStore.from_directory(tmp_path / "trust")
    files = {"EF_SOD": sod, "DG1": groups[1], "DG2": groups[2]}
    assert inspect_chip(Chip(files), trust, NOW, SPEC).status == "valid"
    assert openssl_holds(sod, tmp_path)
    signer = keys.signer(Purpose.document_signer, NOW)
    told = path_judge(tmp_path, signer.chain[-1], [signer.certificate], [keys.crls[Purpose.csca]], NOW)
    assert told.stdout.strip() == b"valid", (told.stdout, told.stderr)
