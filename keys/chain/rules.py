"""The rules of a path that no moment changes (RFC 5280 §6.1, Doc 9303-12 §7.1): constraints, usages, names, countries.

Judges a path whose signatures hold. Never says anything about validity or revocation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from keys import algorithms, names
from keys.chain.search import Path
from keys.verdict import Check, Level, Result
from keys.x509 import Certificate

PATH: Final = "Doc 9303-12 §6, RFC 5280 §6.1"
USAGE: Final = "Doc 9303-12 §4.1, RFC 5280 §4.2.1.4 (private key usage period)"
_PROCESSED: Final = frozenset(
    {
        "authority_key_identifier",
        "subject_key_identifier",
        "key_usage",
        "private_key_usage_period",
        "certificate_policies",  # any policy will do here, so only a demand for one (below) could make it matter
        "subject_alternative_name",
        "issuer_alternative_name",
        "basic_constraints",
        "extended_key_usage",
        "crl_distribution_points",
        "name_change",
        "document_type_list",
    }
)
_UNPROCESSED: Final = frozenset({"policy_mappings", "name_constraints", "policy_constraints", "inhibit_any_policy"})


def check(name: str, level: Level, result: Result, words: tuple[str, str], clause: str = PATH) -> Check:
    """words: reason in English and Arabic."""
    return Check(f"chain.{name}", level, result, *words, clause)


def judge_rules(path: Path, ours: str = "") -> tuple[Check, ...]:
    """`chain.path` when every rule holds, else one check for each that does not; then country, periods and strength.

    ours: our country, case folded; what is forgiven in the roots of other States is not in ours. Raises `DerError` when
    an extension does not read.
    """
    at_home = path[-1].country.casefold() == ours
    broken = [found for rule in (said_twice_alike, _constraints, _extensions, _links) for found in rule(path)]
    broken += _length(path, at_home)
    if all(found.result == "warning" for found in broken):
        broken.append(check("path", "profile", "pass", ("the path keeps its rules", "السلسلة تراعي قواعدها")))
    return (*broken, _country(path), *_issued_in_time(path, at_home), *_weaknesses(path))


def said_twice_alike(path: Path) -> Iterator[Check]:
    """Each certificate names its signature algorithm twice alike; otherwise nobody's signature covers the one used."""
    for certificate in path:
        if certificate.inner_algorithm_der != certificate.outer_algorithm_der:
            words = ("the two signature algorithms of a certificate differ", "خوارزميتا التوقيع في شهادة مختلفتان")
            yield check("path.algorithm", "profile", "fail", words, "RFC 5280 §4.1.1.2")


def _constraints(path: Path) -> Iterator[Check]:
    """Every issuer of the path is an authority that may sign certificates (RFC 5280 §6.1.4 k, n)."""
    for issuer in path[1:]:
        authority = issuer.basic_constraints[0]
        if not authority:
            given = issuer is path[-1] and issuer.extension("basic_constraints") is None
            words = (
                f"{_who(issuer)} issued a certificate and is not marked as an authority",
                "شهادة أصدرت غيرها وليست شهادة سلطة",
            )
            yield check(
                "path.basic_constraints", "profile", "warning" if given else "fail", words, "RFC 5280 §6.1.4 (k)"
            )
        if issuer.key_usage is not None and "key_cert_sign" not in issuer.key_usage:
            words = (f"{_who(issuer)} may not sign certificates", "مفتاح المُصدِر غير مخوّل بتوقيع الشهادات")
            yield check("path.key_usage", "profile", "fail", words, "RFC 5280 §6.1.4 (n)")


def _length(path: Path, at_home: bool) -> Iterator[Check]:
    """No more authorities below one than it allows. A new key or a new name of the same authority is not one more.

    What the anchor says of itself does not bind (RFC 5280 §6.1), and half of the States that linked a new name below a
    root that allows none did not mark the link: a warning. Our own roots mean what they say.
    """
    clause = "RFC 5280 §6.1.4 (l, m)"
    if _exceeds(path[1:-1]):
        words = ("more authorities below one than it allows", "سلسلة الشهادات أطول مما تسمح به السلطة")
        yield check("path.length", "profile", "fail", words, clause)
    elif _exceeds(path[1:]):
        words = ("more authorities below the root than it allows", "تحت الجذر سلطات أكثر مما يسمح به")
        yield check("path.length", "profile", "fail" if at_home else "warning", words, clause)


def _exceeds(issuers: Path) -> bool:
    """issuers: those below the anchor, or the anchor too; lowest first."""
    allowed: int | None = None
    for issuer in reversed(issuers):
        if allowed is not None and not is_the_same_authority(issuer):
            allowed -= 1
            if allowed < 0:
                return True
        own = issuer.basic_constraints[1]
        if own is not None:
            allowed = own if allowed is None else min(allowed, own)
    return False


def is_the_same_authority(certificate: Certificate) -> bool:
    """Whether its issuer is itself: it has a new key, or by a link (Doc 9303-12 §7.1.2, nameChange) a new name."""
    if names.same(certificate.issuer_der, certificate.subject_der):
        return True
    return certificate.extension("name_change") is not None


def _extensions(path: Path) -> Iterator[Check]:
    """What is critical must be understood; what constrains policies or names is known here and not computed."""
    for certificate in path:
        for extension in certificate.extensions:
            if extension.name in _UNPROCESSED:
                words = (f"{extension.name} is not computed here", "امتداد يقيّد السلسلة ولا يُحسب هنا")
                yield check("path.constraints", "profile", "unknown", words, "RFC 5280 §6.1, Doc 9303-12 table 6")
            elif extension.critical and extension.name not in _PROCESSED:
                words = (f"critical extension {extension.name} is not known here", "امتداد حرج غير معروف")
                yield check("path.extensions", "profile", "fail", words, "RFC 5280 §6.1.4 (o), §6.1.5 (f)")


def _links(path: Path) -> Iterator[Check]:
    """Each certificate names the one above it, and its key."""
    for below, issuer in pairwise(path):
        if not names.same(below.issuer_der, issuer.subject_der):
            ordered = names.unordered(below.issuer_der) == names.unordered(issuer.subject_der)
            words = (
                ("the issuer's name is written in another order", "اسم المُصدِر مكتوب بترتيب آخر")
                if ordered
                else ("the key is the issuer's, its name is another", "المفتاح للمُصدِر والاسم اسم غيره")
            )
            yield check("path.names", "profile", "warning" if ordered else "fail", words, "RFC 5280 §6.1.3 (a)(4)")
        said, own = below.authority_key_identifier, issuer.subject_key_identifier
        if said is not None and own is not None and said != own:
            words = ("the key identifier named is not the issuer's", "معرّف المفتاح المذكور ليس للمُصدِر")
            yield check("path.key_identifier", "profile", "warning", words, "RFC 5280 §4.2.1.1")


def _country(path: Path) -> Check:
    clause = "Doc 9303-12 §7.1 (countryName equal in issuer and subject)"
    found = {certificate.country.casefold() for certificate in path}
    if "" in found:
        words = ("a certificate of the path names no country", "شهادة في السلسلة لا تذكر دولة")
        return check("country", "policy", "unknown", words, clause)
    if len(found) > 1:
        listed = ", ".join(sorted(country.upper() for country in found))
        words = (f"certificates of several countries: {listed}", f"شهادات من عدة دول: {listed}")
        return check("country", "policy", "fail", words, clause)
    return check("country", "policy", "pass", ("one country", "دولة واحدة"), clause)


def _issued_in_time(path: Path, at_home: bool) -> Iterator[Check]:
    """Each issuer issued while its key might sign, as far as the day shows from which the certificate below holds."""
    for below, issuer in pairwise(path):
        begin, end = issuer.private_key_usage_period
        made = below.not_before.at
        if (begin is not None and made < begin) or (end is not None and made > end):
            words = (
                f"{_who(below)} holds from {made:%F}, when its issuer's key might not sign",
                f"شهادة تسري من {made:%F} خارج مدة استعمال مفتاح مُصدِرها",
            )
            yield check("usage_period.issuer", "policy", "fail" if at_home else "warning", words, USAGE)


def _weaknesses(path: Path) -> Iterator[Check]:
    """An old algorithm is no forgery: it says how much the signature is still worth."""
    for certificate, issuer in zip(path, (*path[1:], path[-1]), strict=True):
        weak = algorithms.weakness(issuer.public_key, certificate.algorithm)
        if weak:
            words = (f"{_who(certificate)} is signed with {weak}", f"شهادة موقعة بخوارزمية ضعيفة: {weak}")
            yield check("algorithm", "policy", "warning", words, "Doc 9303-12 §4.2")


def _who(certificate: Certificate) -> str:
    return f"certificate {certificate.serial:X} of {certificate.country or 'no country'}"
