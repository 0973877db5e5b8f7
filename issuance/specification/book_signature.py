"""The booklet signed by this installation: the unsigned file stays whole, the signature stands after its last byte."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Literal

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys import Signed, issue, prepare
from keys.pdf import PdfRequest


def signed_book(
    service: Service, actor: Actor, pdf: bytes, edition: str, language: Literal["ar", "en"], now: datetime
) -> Signed:
    """The signed file; the audit keeps the digest of the unsigned one.

    Raises `NotAllowed`, `Invalid` for a file that our renderer did not make, `Refused`, `Unavailable`.
    """
    policy.require(actor, "specification.sign_book")
    title, digest = getattr(service.spec.passport.book.title, language), sha256(pdf).hexdigest()
    reference = f"specification:{edition}:{language}:{digest[:16]}"
    signed = issue(prepare(service.keys, PdfRequest(reference, pdf, f"{title} {edition}", ""), now), now)
    with unit_of_work(service.db, actor, "the booklet of an edition is signed", now) as tx:
        detail = {"language": language, "sha256": digest, "level": signed.level}
        tx.audit("specification.sign_book", f"edition:{edition}", detail)
    return signed
