"""pyHanko's validator, in a thread of its own: it starts an event loop, and a browser test leaves one in ours."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore


def judged(signature: Any, *contexts: Any) -> Any:
    """What `validate_pdf_signature` says of one embedded signature."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(validate_pdf_signature, signature, *contexts).result()


def judged_lt(pdf: bytes, root: bytes, moment: datetime) -> Any:
    """As an archive judges later: it knows the anchor `root` (DER) and what the file embeds, fetches nothing, and
    fails without revocation lists. The time stamp is judged at `moment`, the signer at the time stamped.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    store = DocumentSecurityStore.read_dss(reader)
    rules = {"trust_roots": [x509.Certificate.load(root)], "allow_fetching": False, "revocation_mode": "hard-fail"}
    (signature,) = reader.embedded_signatures
    stamp = signature.signer_info["unsigned_attrs"][0]["values"][0]["content"]["encap_content_info"]["content"].parsed
    signer = store.as_validation_context(rules | {"moment": stamp["gen_time"].native})
    return judged(signature, signer, store.as_validation_context(rules | {"moment": moment}))
