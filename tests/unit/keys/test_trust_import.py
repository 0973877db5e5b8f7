"""What comes in with an import: a revocation list of a known issuer is that issuer's, or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from keys.trust_archive import TrustArchive
from keys.trust_import import ImportReport, import_trust
from specs.load import load
from tests.unit.keys.chains import NOW, name, revocations, root


def bring(folder: Path, **files: bytes) -> ImportReport:
    """One import of all the files (name -> content) into a new archive."""
    (folder / "trust").mkdir()
    for file, content in files.items():
        (folder / file).write_bytes(content)
    paths = [folder / file for file in files]
    return import_trust(TrustArchive(folder / "trust"), paths, (), NOW, "test", load().pki_profiles)


@pytest.mark.parametrize("whose", ["stranger", "another State", "another key of the same authority"])
def test_a_list_is_refused_when_no_key_of_its_known_issuer_made_it(tmp_path: Path, whose: str) -> None:
    csca, france = root(), root(subject=name("CSCA France", "FR"))
    maker = {"stranger": root(), "another State": root(issuer=france)}.get(whose) or root(issuer=csca)
    known = {} if whose == "stranger" else {"maker": maker.der}
    report = bring(tmp_path, csca=csca.der, france=france.der, **known, crl=revocations(maker))
    refused = [fault.code for fault in report.refused]
    assert refused == ([] if whose.startswith("another key") else ["trust.import.crl"])


def test_a_list_of_an_unknown_issuer_waits_for_its_time(tmp_path: Path) -> None:
    assert bring(tmp_path, csca=root().der, crl=revocations(root(subject=name("CSCA New")))).refused == []
