"""Bouncy Castle and `keys.chain` on the same paths. Where they differ the case says why.

Bouncy Castle is handed the path; `keys.chain` has to find it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509

from keys.verdict import Verdict
from tests.judges.test_keys_judges import bouncy_castle_wanted, path_judge
from tests.unit.keys.chains import (
    DAY,
    NAME_CHANGE,
    NOW,
    YEAR,
    Entity,
    document_signer,
    judge,
    key,
    name,
    not_passed,
    revocations,
    root,
    store,
)

CRITICAL = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


class Case(NamedTuple):
    """path: signer first, without the root. ours: what does not pass here. theirs: whether Bouncy Castle accepts."""

    root: Entity
    path: Sequence[Entity]
    crls: Sequence[bytes]
    ours: dict[str, str]
    theirs: bool
    at: datetime = NOW


def sound() -> Case:
    csca = root()
    return Case(csca, [document_signer(csca)], [revocations(csca)], {}, True)


def rollover() -> Case:
    old, new = root(), root()
    link = root(key=new.key, issuer=old)
    return Case(old, [document_signer(new), link], [revocations(old), revocations(new)], {}, True)


def renamed() -> Case:
    old, new = root(), root(subject=name("CSCA New"))
    link = root(subject=name("CSCA New"), key=new.key, issuer=old, extensions=[(NAME_CHANGE, False)])
    return Case(old, [document_signer(new), link], [revocations(old), revocations(new)], {}, True)


def renamed_without_saying_so() -> Case:
    old, new = root(), root(subject=name("CSCA New"))
    link = root(subject=name("CSCA New"), key=new.key, issuer=old)
    crls = [revocations(old), revocations(new)]
    return Case(old, [document_signer(new), link], crls, {"chain.path.length": "warning"}, True)


def authority_below_a_link() -> Case:
    old, new = root(), root()
    link = root(key=new.key, issuer=old)
    below = root(subject=name("CSCA Below"), issuer=new)
    crls = [revocations(old), revocations(new), revocations(below)]
    return Case(old, [document_signer(below), below, link], crls, {"chain.path.length": "fail"}, False)


def forged() -> Case:
    csca = root()
    return Case(csca, [document_signer(csca, signer=key())], [revocations(csca)], {"chain.issuer": "fail"}, False)


def signed_by_a_signer() -> Case:
    csca = root()
    signer = document_signer(csca)
    refused = {"chain.path.basic_constraints": "fail", "chain.path.key_usage": "fail", "chain.path.length": "warning"}
    unlisted = {"chain.crl.issuer": "unknown", "chain.revocation": "unknown"}
    below = document_signer(signer, subject=name("Document Signer 2"))
    return Case(csca, [below, signer], [revocations(csca)], refused | unlisted, False)


def expired() -> Case:
    csca = root()
    signer = document_signer(csca, holds=(NOW - YEAR, NOW - DAY))
    return Case(csca, [signer], [revocations(csca)], {"chain.validity": "fail"}, False)


def revoked() -> Case:
    csca = root()
    signer = document_signer(csca)
    return Case(csca, [signer], [revocations(csca, signer)], {"chain.revocation": "fail"}, False)


def stale() -> Case:
    csca = root()
    crl = revocations(csca, made=NOW - 9 * DAY, until=NOW - DAY)
    unknown = {"chain.crl.stale": "unknown", "chain.revocation": "unknown"}
    return Case(csca, [document_signer(csca)], [crl], unknown, False)


def unknown_critical_extension() -> Case:
    csca = root()
    signer = document_signer(csca, extensions=[(CRITICAL, True)])
    return Case(csca, [signer], [revocations(csca)], {"chain.path.extensions": "fail"}, False)


def name_in_other_case_and_space() -> Case:
    csca = root()
    signer = document_signer(csca, issuer_name=name("csca  UTOPIA"))
    return Case(csca, [signer], [revocations(csca)], {}, True)


def name_in_other_order() -> Case:
    """RFC 5280 §7.1 alone refuses; signers of such certificates are in the field, and the key decides."""
    csca = root()
    signer = document_signer(csca, issuer_name=x509.Name(reversed(list(csca.certificate.subject))))
    return Case(csca, [signer], [revocations(csca)], {"chain.path.names": "warning"}, False)


def two_countries() -> Case:
    """RFC 5280 knows no binding of countries; Doc 9303-12 §7.1 does."""
    csca = root()
    signer = document_signer(csca, subject=name(country="XX"))
    return Case(csca, [signer], [revocations(csca)], {"chain.country": "fail"}, True)


CASES: list[Callable[[], Case]] = [
    sound,
    rollover,
    renamed,
    renamed_without_saying_so,
    authority_below_a_link,
    forged,
    signed_by_a_signer,
    expired,
    revoked,
    stale,
    unknown_critical_extension,
    name_in_other_case_and_space,
    name_in_other_order,
    two_countries,
]


@bouncy_castle_wanted
@pytest.mark.slow
@pytest.mark.parametrize("build", CASES, ids=lambda build: build.__name__)
def test_path_is_judged_as_expected_here_and_by_bouncy_castle(tmp_path: Path, build: Callable[[], Case]) -> None:
    case = build()
    ours = judge(case.path[0], store(case.root, crls=case.crls), case.at, extra=case.path[1:])
    assert not_passed(ours) == case.ours
    told = path_judge(tmp_path, case.root.der, [c.der for c in case.path], case.crls, case.at)
    assert (told.stdout.strip() == b"valid") == case.theirs, (told.stdout, told.stderr)
    accepted = Verdict.of(ours.checks).status == "valid"
    assert (accepted == case.theirs) == (build not in (name_in_other_order, two_countries))
