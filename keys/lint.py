"""What is wrong with a certificate's form, at one of two levels; and which profile a certificate is meant to keep.

One rule set in both directions: what `lint_certificate` fails we refuse to sign, and a reviewer runs the same on any
State's certificate. Judges form only: signatures and trust are `keys.chain`'s. The rules stand in `keys.lint_fields`,
`keys.lint_profile` and `keys.lint_state`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from keys.algorithms import Unsupported
from keys.der import DerError
from keys.deviations import CSCA_ENCODING, DS_ENCODING
from keys.form import GATE, Findings, FormLevel, at_level, fault
from keys.lint_fields import FIELD_RULES, TABLE_5
from keys.lint_profile import PROFILE_RULES, Case
from keys.lint_state import STATE_RULES
from keys.verdict import Check
from keys.x509 import COMMON_NAME, COUNTRY, Certificate, read_certificate
from specs.schema.pki import Pki

_DEVIATION: Final = {"csca_root": CSCA_ENCODING, "csca_link": CSCA_ENCODING, "document_signer": DS_ENCODING}
_TWO_LETTERS: Final = [(COUNTRY, 2), (COMMON_NAME, 2)]


def lint_certificate(
    der: bytes, profile_name: str | None, pki: Pki, level: FormLevel = "strict", *, foreign: bool = False
) -> list[Check]:
    """What is wrong with this certificate under the profile of that name (None: the common rules alone).

    An empty list means nothing. foreign: another State's, so only what the standard orders of all. Any bytes are
    allowed: what cannot be read is one fault.
    """
    try:
        certificate = read_certificate(der)
    except DerError as error:
        return [_unreadable(error)]
    rules: list[Callable[[], Findings]] = [partial(rule, certificate) for rule in FIELD_RULES]
    if profile_name is not None:
        case = Case(certificate, profile_name, pki)
        rules += [partial(rule, case) for rule in (PROFILE_RULES if foreign else (*PROFILE_RULES, *STATE_RULES))]
    found = dict.fromkeys(at_level([each for rule in rules for each in _answer(rule)], level))
    deviation = _DEVIATION.get(profile_name or "", "") if foreign else ""
    return [replace(check, deviation=deviation) if check.result == "fail" else check for check in found]


def _answer(rule: Callable[[], Findings]) -> list[tuple[bool, Check]]:
    """What the rule finds; a part it cannot read is its finding, and hides no other rule's."""
    try:
        return list(rule())
    except DerError as error:
        return [(GATE, _unreadable(error))]
    except Unsupported as error:
        en, ar = f"cannot be judged here: {error}", "لا يمكن الحكم عليه هنا"
        return [(GATE, fault("certificate.unsupported", en, ar, "Doc 9303-12 §4.2"))]


def _unreadable(error: DerError) -> Check:
    en, ar = f"not a certificate in DER: {error}", "ليست شهادة بترميز DER صحيح"
    return fault("certificate.encoding", en, ar, TABLE_5)


def guess_profile(certificate: Certificate, pki: Pki) -> str:
    """The name of the profile this certificate is meant to keep, from its own bytes; no trust follows from it.

    Raises `DerError` when what it says of itself cannot be read.
    """
    own = certificate.country == pki.names.country_code
    common = next((a.value for a in certificate.subject if a.oid == COMMON_NAME), "")
    named = {p.common_name: n for n, p in pki.profiles.items() if not pki.is_link(n)} if own else {}
    if certificate.basic_constraints[0]:
        root = named.get(common, "csca_root")
        if not pki.is_root(root):
            root = "csca_root"
        links = [n for n, p in pki.profiles.items() if pki.is_link(n) and p.issuer == root]
        return links[0] if links and not _signs_itself(certificate) else root
    for name, profile in pki.profiles.items():
        if profile.extended_key_usage and set(profile.extended_key_usage) & set(certificate.extended_key_usage):
            return name
    if [(a.oid, len(a.value)) for a in certificate.subject] == _TWO_LETTERS:
        return "seal_signer"
    return named.get(common, "document_signer")


def _signs_itself(certificate: Certificate) -> bool:
    """By its names and key identifiers: a root that followed another of its name has the same name, another key."""
    if certificate.issuer_der != certificate.subject_der:
        return False
    return certificate.authority_key_identifier in (None, certificate.subject_key_identifier)
