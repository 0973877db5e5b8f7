"""The only code that touches private keys: signing, certificates, verification.

Names come when they are asked for (PEP 562): a reader of verdicts need not load certificate authorities.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from keys.open import SoftwareKeysWarning, create_development_pki, create_pki, open_keys, open_ring
    from keys.renewal import renew_crls, renew_signers
    from keys.ring import Keys
    from keys.signing import (
        Intent,
        IntentLog,
        Prepared,
        Purpose,
        Signed,
        Signer,
        SigningRequest,
        issue,
        issue_together,
        prepare,
        prepare_together,
    )
    from keys.trust import TrustStore
    from keys.verdict import Check, Verdict

__all__ = [
    "Check",
    "Intent",
    "IntentLog",
    "Keys",
    "Prepared",
    "Purpose",
    "Signed",
    "Signer",
    "SigningRequest",
    "SoftwareKeysWarning",
    "TrustStore",
    "Verdict",
    "create_development_pki",
    "create_pki",
    "issue",
    "issue_together",
    "open_keys",
    "open_ring",
    "prepare",
    "prepare_together",
    "renew_crls",
    "renew_signers",
]

_MODULES: Final = ("verdict", "signing", "ring", "trust", "renewal", "open")  # lightest first

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in __all__:
            for module in _MODULES:
                if name in (held := vars(import_module(f"keys.{module}"))):
                    return globals().setdefault(name, held[name])
        raise AttributeError(f"module 'keys' has no attribute {name!r}")
