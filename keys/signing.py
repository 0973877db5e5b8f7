"""The one way to a signature: prepare (lint, commit an intent), then issue (sign once, verify, record).

Nothing is signed unseen and nothing signed goes unrecorded. This module must not know what is signed (a security
object, a PDF, a seal): that is the request's business. There is no public `sign(bytes)`, and none may be added.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Literal, Protocol

from keys.verdict import Check
from specs.errors import Conflict, Fault, Refused, Unavailable

if TYPE_CHECKING:
    from keys.ring import Keys

Outcome = Literal["signed", "failed"]


class Purpose(StrEnum):
    """What a key is for. A key has exactly one purpose; `Pki.for_purpose` gives its certificate profile."""

    csca = "csca"
    services_root = "services_root"
    document_signer = "document_signer"
    pdf_signer = "pdf_signer"
    seal_signer = "seal_signer"
    record_signer = "record_signer"
    master_list_signer = "master_list_signer"
    deviation_list_signer = "deviation_list_signer"
    time_stamp_authority = "time_stamp_authority"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key as its users see it. certificate, chain (issuer first, root last): DER; algorithm: name of a scheme."""

    key_id: str
    purpose: Purpose
    certificate: bytes
    chain: tuple[bytes, ...]
    algorithm: str


class Draft(Protocol):
    """An artefact complete but for its signature."""

    @property
    def to_be_signed(self) -> bytes:
        """The exact bytes the key signs (it hashes them itself)."""

    def lint(self) -> list[Check]:
        """Failures and warnings only; what a verifier would reject must fail here."""

    def finish(self, signature: bytes) -> bytes:
        """The whole artefact. `signature`: as the scheme of the signer gives it; ECDSA in DER (`SEQUENCE { r, s }`)."""

    def verify(self, artefact: bytes) -> list[Check]:
        """Checks of the finished artefact, by code that shares no encoder with `draft` and `finish`."""


@dataclass(frozen=True, slots=True)
class Completed:
    """An artefact with what it took in after it was signed. level: as its standard calls what it reached.

    shortfall: why that is below the level asked for; empty when it is not.
    """

    artefact: bytes
    level: str
    shortfall: tuple[Fault, ...] = ()


class Completing(ABC):
    """A draft whose artefact takes something in once it is signed: a PDF, the time stamp of its signature."""

    __slots__ = ()

    @abstractmethod
    def complete(self, artefact: bytes, keys: Keys, now: datetime) -> Completed:
        """`artefact` is verified already, and good as it is: what cannot be had is a shortfall, no exception."""

    @classmethod
    def complete_together(
        cls, signed: Sequence[tuple[Completing, bytes]], keys: Keys, now: datetime
    ) -> list[Completed]:
        """The same for several drafts of one kind."""
        return [draft.complete(artefact, keys, now) for draft, artefact in signed]


class FromRing(ABC):
    """A request whose artefact holds what its ring publishes: revocation lists, certificates of other keys."""

    __slots__ = ()

    @abstractmethod
    def draft_from(self, keys: Keys, signer: Signer, now: datetime) -> Draft:
        """As `SigningRequest.draft`."""


class SigningRequest(Protocol):
    """What is to be signed. reference names the thing for the record, e.g. `passport:LB2222222`; no personal data."""

    @property
    def purpose(self) -> Purpose: ...

    @property
    def reference(self) -> str: ...

    def draft(self, signer: Signer, now: datetime) -> Draft:
        """The artefact for this signer. Raises `Invalid` when the request itself breaks a rule."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A signature about to be made: committed before the key is used, so none is ever without a record."""

    id: str
    purpose: str
    reference: str
    key_id: str
    to_be_signed_sha256: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an intent. sha256: of the artefact, None when there is none."""

    intent_id: str
    outcome: Outcome
    sha256: bytes | None
    at: datetime


class IntentLog(Protocol):
    """Where intents and results are kept. An intent without a result is a signature whose fate a sweep must settle."""

    def record_intent(self, intent: Intent) -> None:
        """Commits before it returns. Raises `Conflict` when the id exists."""

    def record_result(self, intent_id: str, outcome: Outcome, result_sha256: bytes | None, at: datetime) -> None:
        """Commits before it returns. Raises `Conflict` when the intent has a result, `NotFound` when there is none."""

    def record_intents(self, intents: Sequence[Intent]) -> None:
        """All or none, as `record_intent`."""

    def record_results(self, results: Sequence[Result]) -> None:
        """All or none, as `record_result`."""

    def uses(self, key_id: str) -> int:
        """How many intents name this key: each counts as one use, for a signature may have left."""


class _Ids:
    """Ids of intents: a random start for each process, then a count. Asking for random octets each time costs more."""

    def __init__(self) -> None:
        self.begin()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        self.start = secrets.token_hex(8)
        self.count = count()


_ids = _Ids()


class Prepared:
    """A ticket for one signature over the linted bytes of `draft`; `issue` redeems it, once."""

    __slots__ = ("_keys", "_lock", "_redeemed", "_to_be_signed", "draft", "intent", "signer", "warnings")

    def __init__(
        self, keys: Keys, draft: Draft, to_be_signed: bytes, signer: Signer, intent: Intent, warnings: Sequence[Check]
    ) -> None:
        self._keys = keys
        self._to_be_signed = to_be_signed  # what was hashed into the intent: the draft may not change it afterwards
        self._lock = threading.Lock()
        self._redeemed = False
        self.signer = signer
        self.draft = draft
        self.intent = intent
        self.warnings = tuple(warnings)

    def _redeem(self) -> None:
        with self._lock:
            used, self._redeemed = self._redeemed, True
        if used:
            raise Conflict(
                Fault(
                    "keys.prepared.used",
                    "استُعمل إذن التوقيع هذا من قبل، ولا يُستعمل إلا مرة واحدة",
                    "this permission to sign was used already; it is good for one signature",
                    clause="issue 2 §4",
                )
            )


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed artefact that was verified from its own bytes before it left. level, shortfall: as in `Completed`."""

    artefact: bytes
    signer: Signer
    intent_id: str
    level: str = ""
    shortfall: tuple[Fault, ...] = ()


def new_intent_id() -> str:
    """An id that no intent has: 32 hexadecimal digits. The log refuses one that was used."""
    return f"{_ids.start}{next(_ids.count):016x}"


def prepare(keys: Keys, request: SigningRequest, now: datetime, intent_id: str = "") -> Prepared:
    """Build and lint the exact bytes, and commit the intent to sign them.

    intent_id: a `new_intent_id` that the artefact itself names; default, another.
    Raises `Refused` naming every rule a verifier would find broken, `Unavailable` when no key of the purpose is in its
    usage period, and whatever the request's draft raises for bad input. Nothing is recorded unless everything holds.
    """
    prepared = _drafted(keys, request, now, intent_id)
    keys.intents.record_intent(prepared.intent)
    return prepared


def prepare_together(
    keys: Keys, requests: Sequence[SigningRequest], now: datetime, intent_ids: Sequence[str] = ()
) -> list[Prepared]:
    """As `prepare`, for several: their intents are committed together, before any key is used."""
    ids = intent_ids or [""] * len(requests)
    prepared = [_drafted(keys, request, now, id_) for request, id_ in zip(requests, ids, strict=True)]
    keys.intents.record_intents([one.intent for one in prepared])
    return prepared


def issue(prepared: Prepared, now: datetime) -> Signed:
    """Sign what was prepared, verify the result from its bytes, record it, and only then hand it out.

    Raises `Conflict` the second time, `Unavailable` when the key fails, left its period, or the result does not verify
    (recorded as `failed`). When recording the result fails, that error passes and the artefact stays inside.
    """
    prepared._redeem()
    keys, draft, intent = prepared._keys, prepared.draft, prepared.intent
    try:
        artefact = _verified(prepared, now)
        done = draft.complete(artefact, keys, now) if isinstance(draft, Completing) else Completed(artefact, "")
    except BaseException:
        keys.intents.record_result(intent.id, "failed", None, now)
        raise
    keys.intents.record_result(intent.id, "signed", hashlib.sha256(done.artefact).digest(), now)
    return Signed(done.artefact, prepared.signer, intent.id, done.level, done.shortfall)


def issue_together(prepared: Sequence[Prepared], now: datetime) -> list[Signed]:
    """As `issue`, for several of one kind and ring: all leave, or none does and all are recorded as failed."""
    for one in prepared:
        one._redeem()
    if not prepared:
        return []
    keys, kind = prepared[0]._keys, type(prepared[0].draft)
    try:
        artefacts = [_verified(one, now) for one in prepared]
        if issubclass(kind, Completing):
            drafts = [one.draft for one in prepared if isinstance(one.draft, Completing)]
            done = kind.complete_together(list(zip(drafts, artefacts, strict=True)), keys, now)
        else:
            done = [Completed(artefact, "") for artefact in artefacts]
    except BaseException:
        keys.intents.record_results([Result(one.intent.id, "failed", None, now) for one in prepared])
        raise
    both = list(zip(prepared, done, strict=True))
    digests = [(one.intent.id, hashlib.sha256(made.artefact).digest()) for one, made in both]
    keys.intents.record_results([Result(id_, "signed", digest, now) for id_, digest in digests])
    return [Signed(made.artefact, one.signer, one.intent.id, made.level, made.shortfall) for one, made in both]


def _drafted(keys: Keys, request: SigningRequest, now: datetime, intent_id: str) -> Prepared:
    """A ticket whose intent is not recorded yet: it leaves this module only when it is."""
    signer = keys.signer(request.purpose, now)
    draft = request.draft_from(keys, signer, now) if isinstance(request, FromRing) else request.draft(signer, now)
    found = draft.lint()
    if found and (failed := [check for check in found if check.result in ("fail", "unknown")]):
        raise Refused(*(_fault(check) for check in failed))
    to_be_signed = draft.to_be_signed
    intent = Intent(
        id=intent_id or new_intent_id(),
        purpose=request.purpose.value,
        reference=request.reference,
        key_id=signer.key_id,
        to_be_signed_sha256=hashlib.sha256(to_be_signed).digest(),
        created_at=now,
    )
    return Prepared(keys, draft, to_be_signed, signer, intent, found)


def _verified(prepared: Prepared, now: datetime) -> bytes:
    """Signed once, and verified from its bytes. Raises `Unavailable`."""
    draft = prepared.draft
    artefact = draft.finish(prepared._keys._sign(prepared.signer, prepared._to_be_signed, now))
    bad = [check for check in draft.verify(artefact) if check.result in ("fail", "unknown")]
    if bad:
        raise Unavailable(*(_fault(check) for check in bad))
    return artefact


def _fault(check: Check) -> Fault:
    return Fault(check.id, check.reason_ar, check.reason, clause=check.clause)
