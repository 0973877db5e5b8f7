"""The only code that touches private keys: signing, certificates, verification."""

from keys.open import SoftwareKeysWarning, create_development_pki, open_keys, renew_crls
from keys.ring import Keys
from keys.signing import Intent, IntentLog, Prepared, Purpose, Signed, Signer, SigningRequest, issue, prepare
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
    "issue",
    "open_keys",
    "prepare",
    "renew_crls",
]
