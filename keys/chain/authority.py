"""Which keys speak for an authority besides the one that issued a certificate: its other keys, and its other names.

A signature alone makes nobody part of an authority: any signer of documents can sign something in its State's name.
Looks among the certificates of the trust store only, so that nothing beside a document says whose lists are believed.
"""

from __future__ import annotations

from keys.chain.rules import is_the_same_authority, judge_rules
from keys.chain.search import Found, Path, find_paths
from keys.der import DerError
from keys.trust import TrustStore
from keys.x509 import Certificate


def paths_within(trust: TrustStore, der: bytes) -> tuple[Path, ...]:
    """The paths of a certificate that keep every rule, in one State, from its anchor by links of one authority.

    Lowest first; an anchor is its own path. An authority that is neither the anchor nor directly below it passes
    nothing on but its own new keys and names. Raises `DerError` when the certificate does not read.
    """
    found: Found = trust.remembered(find_paths, (der, ()))
    return tuple(path for path in found.paths if _keeps_the_rules(path))


def may_list(certificate: Certificate) -> bool:
    """Whether its key may sign revocation lists: said so, or an authority that names no usages."""
    try:
        if certificate.key_usage is None:
            return certificate.basic_constraints[0]
        return "crl_sign" in certificate.key_usage
    except DerError:
        return False


def _keeps_the_rules(path: Path) -> bool:
    try:
        rules = judge_rules(path)
        return all(check.result in ("pass", "warning") for check in rules) and all(
            is_the_same_authority(certificate) for certificate in path[:-2]
        )
    except DerError:
        return False
