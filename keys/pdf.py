"""Sign a PDF of our own renderer: PAdES baseline B-B, B-T or B-LT (ETSI EN 319 142-1) as one incremental update.

Writes only: the update is `keys.pdf_update`, the CMS `keys.cms`, the time stamp `keys.timestamp`; judging is
`keys.pdf_verify`, which shares none of them. Revocation lists and certificates stand inside what is signed; the time
stamp alone comes after, into the room left for it, so nothing is ever appended to a signed file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from keys import cms, pdf_signature
from keys.encode import STAND_IN_SIGNATURE
from keys.pdf_signature import PdfSignature, Wrong, read_signature
from keys.pdf_time import PdfLevel
from keys.pdf_update import PdfWithRoom, ValidationData, make_room
from keys.pdf_verify import judge_pdf
from keys.schemes import SCHEMES
from keys.signing import Completed, Completing, FromRing, Purpose, Signer
from keys.timestamp import token_for, tokens_for
from keys.verdict import Check
from specs.errors import Fault, Invalid, IssuanceError, Refused, Unavailable

if TYPE_CHECKING:
    from keys.ring import Keys

_TIME_STAMP_TOKEN: Final = "1.2.840.113549.1.9.16.2.14"  # noqa: S105 - an identifier
_CLAUSE: Final = "ETSI EN 319 142-1 §6"


@dataclass(frozen=True, slots=True)
class PdfRequest(FromRing):
    """pdf: unsigned, fresh from our renderer; reason, location: shown by readers, empty for none.

    level: what to reach. Without a time stamp `Signed.level` is B-B and `Signed.shortfall` says why: `upgrade` later.
    """

    reference: str
    pdf: bytes
    reason: str
    location: str
    level: PdfLevel = "B-LT"

    @property
    def purpose(self) -> Purpose:
        return Purpose.pdf_signer

    def draft(self, signer: Signer, now: datetime) -> PdfDraft:
        """The file without validation data. Raises `Invalid` for any PDF not ours."""
        return self._draft(signer, now, None)

    def draft_from(self, keys: Keys, signer: Signer, now: datetime) -> PdfDraft:
        """The file with room for the signature, and the attributes to sign. Raises `Invalid` for any PDF not ours."""
        return self._draft(signer, now, validation_data(keys, signer, now) if self.level == "B-LT" else None)

    def _draft(self, signer: Signer, now: datetime, validation: ValidationData | None) -> PdfDraft:
        room = make_room(self.pdf, now, self.reason, self.location, validation)
        embedded = signer.chain[:-1]  # the root is the verifier's own affair
        digest = hashlib.new(SCHEMES[signer.algorithm].hash, room.signed_bytes).digest()
        message = cms.begin_detached(
            replace(signer, chain=embedded),
            cms.ID_DATA,
            digest,
            [cms.signing_certificate((signer.certificate, *sorted(embedded)))],
            with_chain=True,
        )
        return PdfDraft(message.to_be_signed, room, message, signer.certificate, self.reference, self.level)


@dataclass(frozen=True, slots=True)
class PdfDraft(Completing):
    """A PDF complete but for what stands in its signature."""

    to_be_signed: bytes
    room: PdfWithRoom
    message: cms.CmsDraft
    certificate: bytes
    reference: str
    level: PdfLevel

    def lint(self) -> list[Check]:
        """Reads the file back with a stand-in signature: all but the signature itself must hold."""
        found = pdf_signature.integrity_checks(self.finish(STAND_IN_SIGNATURE), self.certificate)
        return [check for check in found if check.result != "pass" and check.id != "pdf.signature"]

    def finish(self, signature: bytes) -> bytes:
        """The signed file; `signature` is DER."""
        return self.room.filled(self.message.finish(signature))

    def verify(self, artefact: bytes) -> list[Check]:
        """Coverage, spelling, digest, signature and signer of the finished file."""
        return pdf_signature.integrity_checks(artefact, self.certificate)

    def complete(self, artefact: bytes, keys: Keys, now: datetime) -> Completed:
        """The file with its time stamp; without one, when none can be had."""
        if self.level == "B-B":
            return Completed(artefact, "B-B")
        try:
            stamped, reached = _stamped(artefact, read_signature(artefact), self.reference, keys, now)
        except IssuanceError as error:
            return Completed(artefact, "B-B", error.faults)
        return Completed(stamped, reached, _below(self.level, reached))

    @classmethod
    def complete_together(
        cls, signed: Sequence[tuple[Completing, bytes]], keys: Keys, now: datetime
    ) -> list[Completed]:
        """With stamps asked for together; where that fails, each for itself."""
        drafts = [(draft, artefact) for draft, artefact in signed if isinstance(draft, PdfDraft)]
        if any(draft.level == "B-B" for draft, _ in drafts):
            return [draft.complete(artefact, keys, now) for draft, artefact in drafts]
        read = [read_signature(artefact) for _, artefact in drafts]
        asked = [(draft.reference, _imprint(one)) for (draft, _), one in zip(drafts, read, strict=True)]
        try:
            tokens = tokens_for(keys, asked, now)
            stamped = [
                _with_token(artefact, signature, token, keys, now)
                for (_, artefact), signature, token in zip(drafts, read, tokens, strict=True)
            ]
        except IssuanceError:
            return [draft.complete(artefact, keys, now) for draft, artefact in drafts]
        return [
            Completed(file, reached, _below(draft.level, reached))
            for (draft, _), (file, reached) in zip(drafts, stamped, strict=True)
        ]


def upgrade(pdf: bytes, keys: Keys, now: datetime, reference: str = "") -> bytes:
    """A B-B file of ours with a time stamp of `now`: B-LT when its validation data still cover that moment, else B-T.

    One that has its time stamp comes back as it is. reference: for the record; default, the file's own digest. Raises
    `Invalid` for any other file, `Refused` when its signer is expired or revoked by now, `Unavailable` without a stamp.
    """
    try:
        signature = read_signature(pdf)
    except Wrong as wrong:
        raise _not_ours(wrong.check.reason_ar, wrong.check.reason) from wrong
    certificate = signature.certificates[0]
    if certificate not in {s.certificate for s in keys.signers() if s.purpose is Purpose.pdf_signer}:
        raise _not_ours("لم يوقّعه مفتاح هنا", "no key here signed it")
    if bad := judge_pdf(pdf, keys.trust(), now, keys.pki).failed():
        raise Refused(*(Fault(c.id, c.reason_ar, c.reason, "pdf", c.clause) for c in bad))
    if signature.token is not None:
        return pdf
    return _stamped(pdf, signature, reference or f"pdf:{hashlib.sha256(pdf).hexdigest()[:32]}", keys, now)[0]


def level_of(pdf: bytes, keys: Keys, now: datetime) -> PdfLevel:
    """The level that a signed file of ours has by what this installation trusts."""
    level: PdfLevel = judge_pdf(pdf, keys.trust(), now, keys.pki).facts.get("level", "B-B")
    return level


def validation_data(keys: Keys, signer: Signer, now: datetime) -> ValidationData:
    """What a verifier without a line needs: the paths of signer and time-stamp authority, their revocation list."""
    certificates = [signer.certificate, *signer.chain]
    certificates += [s.certificate for s in keys.signers() if s.purpose is Purpose.services_root]
    crls = [keys.crls[Purpose.services_root]] if Purpose.services_root in keys.crls else []
    if keys.outside is not None:
        certificates += keys.outside.trust.certificates
        crls += keys.outside.trust.crls
    else:
        with suppress(Unavailable):  # whoever stamps later brings its own certificate
            certificates.append(keys.signer(Purpose.time_stamp_authority, now).certificate)
    return ValidationData(tuple(dict.fromkeys(certificates)), tuple(crls))


def _stamped(pdf: bytes, signature: PdfSignature, reference: str, keys: Keys, now: datetime) -> tuple[bytes, PdfLevel]:
    """The file with a time stamp of its signature value, judged anew from its bytes, and the level it reached.

    Raises `Unavailable` when the stamp does not hold, and whatever making one raises.
    """
    return _with_token(pdf, signature, token_for(keys, reference, _imprint(signature), now), keys, now)


def _imprint(signature: PdfSignature) -> bytes:
    """What the time stamp is over."""
    return hashlib.sha256(signature.info.signature).digest()


def _with_token(pdf: bytes, signature: PdfSignature, token: bytes, keys: Keys, now: datetime) -> tuple[bytes, PdfLevel]:
    message = cms.with_unsigned(signature.message, cms.attribute(_TIME_STAMP_TOKEN, token))
    stamped = PdfWithRoom(pdf, signature.gap).filled(message)
    verdict = judge_pdf(stamped, keys.trust(), now, keys.pki)
    level: PdfLevel = verdict.facts.get("level", "B-B")
    bad = [c for c in verdict.checks if c.result != "pass" and not c.id.startswith("chain.")]
    if bad or level == "B-B":
        raise Unavailable(*(Fault(c.id, c.reason_ar, c.reason, "pdf", c.clause) for c in bad))
    return stamped, level


def _below(asked: PdfLevel, reached: PdfLevel) -> tuple[Fault, ...]:
    if asked == reached or (asked, reached) == ("B-T", "B-LT"):
        return ()
    words = (
        "قوائم الإبطال أو الشهادات المضمنة لا تغطي وقت التوقيع",
        "the embedded revocation lists or certificates do not cover the time of signing",
    )
    return (Fault("keys.pdf.level", *words, field="level", clause=_CLAUSE),)


def _not_ours(ar: str, en: str) -> Invalid:
    return Invalid(Fault("keys.pdf.foreign", ar, en, field="pdf", clause=_CLAUSE))
