"""Our own time-stamp authority (RFC 3161, RFC 5816): a token says that a digest existed at a moment.

Writes only; `keys.timestamp_verify` judges and shares no encoder with this. It stamps digests: what they are of is not
its business, and no time but the caller's clock is known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cryptography.hazmat import asn1

from keys import timestamp_verify
from keys.cms import CmsDraft, begin_attached, signing_certificate
from keys.encode import STAND_IN_SIGNATURE, digest_identifier, encode, oid, tlv
from keys.signing import (
    Draft,
    Purpose,
    Signed,
    Signer,
    issue,
    issue_together,
    new_intent_id,
    prepare,
    prepare_together,
)
from keys.verdict import Check
from specs.errors import Fault, Invalid
from specs.schema.pki import Pki

if TYPE_CHECKING:
    from keys.ring import Keys

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
HASH: Final = "sha256"
_OCTETS, _SEQUENCE = 0x04, 0x30


@dataclass(frozen=True, slots=True)
class TimeStampRequest:
    """digest: SHA-256 of what is stamped. serial: unique for ever, 1 to 160 bits; nonce: given back as it came."""

    reference: str
    digest: bytes
    serial: int
    nonce: int | None
    pki: Pki

    @property
    def purpose(self) -> Purpose:
        return Purpose.time_stamp_authority

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """The token of the second in which `now` lies. Raises `Invalid` for anything but a SHA-256 digest."""
        if len(self.digest) != 32:
            words = "بصمة SHA-256 طولها 32 بايتًا", f"a SHA-256 digest has 32 bytes, not {len(self.digest)}"
            raise Invalid(Fault("keys.timestamp.digest", *words, field="digest", clause="RFC 3161 §2.4.1"))
        rules = self.pki.time_stamp
        info = tlv(
            _SEQUENCE,
            encode(1),
            encode(oid(rules.policy)),
            message_imprint(self.digest),
            encode(self.serial),
            encode(asn1.GeneralizedTime(now.astimezone(UTC).replace(microsecond=0))),
            tlv(_SEQUENCE, encode(rules.accuracy_seconds)),
            b"" if self.nonce is None else encode(self.nonce),
        )
        cms = begin_attached(signer, TST_INFO, info, [signing_certificate((signer.certificate,))])
        return _TimeStampDraft(cms, self, signer)


@dataclass(slots=True)
class _TimeStampDraft:
    cms: CmsDraft
    request: TimeStampRequest
    signer: Signer

    @property
    def to_be_signed(self) -> bytes:
        return self.cms.to_be_signed

    def lint(self) -> list[Check]:
        """Everything but the signature itself."""
        found = self.verify(self.finish(STAND_IN_SIGNATURE))
        return [check for check in found if check.id != "timestamp.signature"]

    def finish(self, signature: bytes) -> bytes:
        """The token: a ContentInfo."""
        return self.cms.finish(signature)

    def verify(self, artefact: bytes) -> list[Check]:
        """Form, imprint, nonce, policy, signature and signer, failures only."""
        request = self.request
        return timestamp_verify.token_faults(
            artefact,
            HASH,
            request.digest,
            nonce=request.nonce,
            policy=request.pki.time_stamp.policy,
            signer=self.signer.certificate,
        )


def stamp(keys: Keys, reference: str, digest: bytes, now: datetime, nonce: int | None = None) -> Signed:
    """A token of our own authority over a SHA-256 digest; its serial number is the id of its intent.

    The log of intents refuses an id that was used, so no serial number comes twice, whatever process asks. Raises what
    `prepare` and `issue` raise, `Unavailable` without a time-stamp key in its period.
    """
    intent_id = new_intent_id()
    request = TimeStampRequest(reference, digest, int(intent_id, 16), nonce, keys.pki)
    return issue(prepare(keys, request, now, intent_id), now)


def token_for(keys: Keys, reference: str, digest: bytes, now: datetime) -> bytes:
    """A token over a SHA-256 digest: from the outside authority these keys have, else our own.

    Raises `Unavailable` when it cannot be had, and what `stamp` raises.
    """
    if keys.outside is not None:
        return keys.outside.token(digest, now)
    return stamp(keys, reference, digest, now).artefact


def tokens_for(keys: Keys, asked: Sequence[tuple[str, bytes]], now: datetime) -> list[bytes]:
    """As `token_for`, for several. asked: (reference, digest)."""
    if keys.outside is not None:
        return [keys.outside.token(digest, now) for _, digest in asked]
    ids = [new_intent_id() for _ in asked]
    requests = [
        TimeStampRequest(reference, digest, int(id_, 16), None, keys.pki)
        for (reference, digest), id_ in zip(asked, ids, strict=True)
    ]
    return [one.artefact for one in issue_together(prepare_together(keys, requests, now, ids), now)]


def message_imprint(digest: bytes) -> bytes:
    """MessageImprint of a SHA-256 digest."""
    return tlv(_SEQUENCE, digest_identifier(HASH), tlv(_OCTETS, digest))
