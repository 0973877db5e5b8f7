"""Security objects of issued passports, and broken ones: what `vectors/INDEX.md` expects, each for its own reason."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.chain import judge_chain
from keys.deviations import DG_HASH_WRONG, LDS, SOD_SIGNATURE_WRONG
from keys.security_object import read_security_object
from keys.signing import Purpose
from keys.trust import TrustStore
from keys.verdict import Verdict
from keys.verify import verify_sod
from keys.x509 import read_certificate

AT = datetime(2026, 11, 22, tzinfo=UTC)
# Under which name `certs/` holds the CSCA of each
ISSUED = {"AU": "AU", "CN": "CN", "DE": "DE", "GB-2021": "UK", "NZ-2017": "NZ", "US": "US"}
OLD = {"sod.version", "sod.hash_null", "sod.digest_form"}  # version 0, and identifiers with a NULL
# What is odd in each of them; none of it makes it a forgery
WARNINGS: Mapping[str, set[str]] = {
    "AU": OLD | {"sod.attributes"},
    "CN": OLD | {"sod.attributes", "sod.content_type"},
    "DE": {"sod.digest_form", "sod.signature_form"},
    "GB-2021": set(),
    "NZ-2017": {"sod.cms.ber", "sod.version", "sod.attributes", "sod.digest_form"},
    "US": OLD | {"sod.attributes"},
}
TR = OLD | {"sod.order"}
# file -> (failures at each level, of the object alone)
BROKEN: Mapping[str, dict[str, set[str]]] = {
    "DE_signature-last-byte": {"crypto": {"sod.signature"}, "profile": set()},
    "GB-2021_ldsso-length-plus1": {"crypto": {"sod.digest"}, "profile": {"sod.security_object"}},
    "TR03105_econtenttype-id-data": {"crypto": {"sod.signature"}, "profile": set()},
    "TR03105_ldsso-v2": {"crypto": {"sod.digest"}, "profile": {"sod.version"}},
    "TR03105_signeddata-v1": {"crypto": set(), "profile": {"sod.signed_data_version"}},
    "TR03105_trailing-byte": {"crypto": set(), "profile": {"sod.file.trailing"}},
}


def ids(verdict: Verdict, result: str, prefix: str = "") -> set[str]:
    found = {c.id for c in verdict.checks if c.result == result and c.id.startswith(prefix)}
    return {name for name in found if not name.startswith("sod.data_group")}


@pytest.mark.parametrize("name", ISSUED)
def test_an_issued_security_object_holds_up_to_its_csca(vectors: Path, name: str) -> None:
    trust = TrustStore(((vectors / "certs" / f"csca_{ISSUED[name]}.cer").read_bytes(),))
    verdict = verify_sod((vectors / "sod" / f"{name}.sod").read_bytes(), {}, trust, AT, partial=True)
    assert ids(verdict, "fail") == set()
    assert {"sod.encoding", "sod.form", "sod.digest", "sod.signature", "chain.issuer"} <= ids(verdict, "pass")
    assert ids(verdict, "warning", "sod.") == WARNINGS[name]
    assert ids(verdict, "unknown") == {"chain.revocation", "chain.crl.missing"}  # no list of theirs is here
    path = verdict.facts["path"]
    inside = (vectors / "certs" / f"ds_{ISSUED[name]}.cer").read_bytes()
    assert [one["sha256"] for one in path] == [
        read_certificate(inside).sha256.hex(),
        read_certificate(trust.certificates[0]).sha256.hex(),
    ]


def test_the_content_type_of_china_is_a_named_deviation(vectors: Path) -> None:
    verdict = verify_sod((vectors / "sod" / "CN.sod").read_bytes(), {}, TrustStore(), AT, partial=True)
    (found,) = [c for c in verdict.checks if c.id == "sod.content_type"]
    assert (found.level, found.result, found.deviation) == ("profile", "warning", LDS)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_security_object_is_refused_for_its_own_reason(vectors: Path, name: str) -> None:
    verdict = verify_sod((vectors / "sod_broken" / f"{name}.sod").read_bytes(), {}, TrustStore(), AT, partial=True)
    failed = {level: {c.id for c in verdict.failed() if c.level == level} for level in ("crypto", "profile")}
    assert verdict.status == "invalid"
    assert failed == BROKEN[name]
    if not BROKEN[name]["crypto"]:
        assert {"sod.digest", "sod.signature"} <= ids(verdict, "pass")
    for check in verdict.failed():
        assert check.level != "crypto" or check.deviation == SOD_SIGNATURE_WRONG


def test_the_reference_data_set_of_the_bsi_matches_but_for_the_group_it_does_not_list(vectors: Path) -> None:
    folder = vectors / "lds_bsi_tr03105"
    groups = {n: (folder / f"Datagroup{n}.bin").read_bytes() for n in (1, 2, 3, 4, 14, 15)}
    com = (folder / "EF_COM.bin").read_bytes()
    verdict = verify_sod((folder / "EF_SOD.bin").read_bytes(), groups, TrustStore(), AT, com=com)
    found = {c.id: c.result for c in verdict.checks if c.id.startswith("sod.data_group")}
    assert found == {**{f"sod.data_group.{n}": "pass" for n in (1, 2, 3, 4, 14)}, "sod.data_group.15": "unknown"}
    assert {"sod.digest", "sod.signature", "sod.com"} <= ids(verdict, "pass")
    assert ids(verdict, "warning", "sod.") == TR and not verdict.failed()


def test_the_set_of_etsi_matches_and_a_changed_country_does_not(vectors: Path) -> None:
    folder = vectors / "lds_etsi"
    sod = (folder / "EF_SOD.bin").read_bytes()
    for file, expected in (("EF_DG1", "pass"), ("EF_DG1_country-changed", "fail")):
        verdict = verify_sod(sod, {1: (folder / f"{file}.bin").read_bytes()}, TrustStore(), AT, partial=True)
        (found,) = [c for c in verdict.checks if c.id == "sod.data_group.1"]
        assert (found.result, found.deviation) == (expected, DG_HASH_WRONG if expected == "fail" else "")
        assert "sod.signature" in ids(verdict, "pass")


@pytest.mark.parametrize("name", ISSUED.values())
def test_each_document_signer_of_the_set_was_issued_by_its_csca(vectors: Path, name: str) -> None:
    trust = TrustStore(((vectors / "certs" / f"csca_{name}.cer").read_bytes(),))
    judged = judge_chain((vectors / "certs" / f"ds_{name}.cer").read_bytes(), Purpose.document_signer, trust, AT)
    assert {c.id: c.result for c in judged.checks}["chain.issuer"] == "pass"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
@pytest.mark.parametrize("path", [f"sod/{name}" for name in ISSUED] + [f"sod_broken/{name}" for name in BROKEN])
def test_openssl_agrees_on_digest_and_signature(vectors: Path, tmp_path: Path, path: str) -> None:
    """`-noverify`: the signature alone. It reads whatever follows tag 77 and judges no form, so it accepts a
    SignedData of version 1 and a trailing byte as long as the signature holds, as our `crypto` level does."""
    sod = (vectors / f"{path}.sod").read_bytes()
    held = read_security_object(sod)
    message = tmp_path / "message"
    message.write_bytes(sod[re.match(rb"\x77(?:[\x00-\x7f]|\x81.|\x82..)", sod, re.DOTALL).end() :])  # type: ignore[union-attr]
    words = ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", str(message), "-out", "/dev/null"]
    judged = subprocess.run(words, capture_output=True, check=False)
    verdict = verify_sod(sod, {}, TrustStore(), AT, partial=True)
    ours = {"sod.digest", "sod.signature"} <= ids(verdict, "pass")
    assert held.signer is not None and ours == (judged.returncode == 0), judged.stderr
