"""The signature schemes and kinds of key this house signs with, by name; and the one way each identifier is spelt.

Values only, shared by specification, builders and stores. It computes nothing and reads nothing: what others signed
with is `keys.algorithms`'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["ecdsa", "rsa-pss", "ed25519"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """hash: digest of the signed bytes and of a CMS content; for Ed25519 the latter alone (RFC 8419 §2.3)."""

    name: str
    family: Family
    hash: str


SCHEMES: Final[dict[str, Scheme]] = {
    scheme.name: scheme
    for scheme in (
        *(Scheme(f"ecdsa-{name}", "ecdsa", name) for name in ("sha256", "sha384", "sha512")),
        *(Scheme(f"rsa-pss-{name}", "rsa-pss", name) for name in ("sha256", "sha384", "sha512")),
        Scheme("ed25519", "ed25519", "sha512"),
    )
}
