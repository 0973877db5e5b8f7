"""The life of a request for a certificate (`certificate/requests.yaml`): states, channels, refusal, messages."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.cases import Vocabulary
from specs.schema.certificate import CertificateSpec
from specs.schema.disclosure import Disclosure, Level
from specs.schema.traffic import Pace
from specs.schema.waiting import WaitingState, require_every_state

State = Literal[
    "confirming", "paying", "compiling", "review", "approval", "returned", "issuing", "refusing",
    "grievance", "issued", "refused", "cancelled", "expired",
]  # fmt: skip
Channel = Literal["citizen", "abroad", "clerk", "authority"]
ENDED: frozenset[State] = frozenset({"issued", "refused", "cancelled", "expired"})


class RequestStates(Clause):
    entries: dict[State, WaitingState]

    @model_validator(mode="after")
    def _complete(self) -> RequestStates:
        require_every_state(self.entries, get_args(State), ENDED)
        return self


class ChannelRule(Part):
    """levels: the disclosure levels that may be asked for through it; with_passport: its number is asked for too."""

    title: Bilingual
    levels: list[Level] = Field(min_length=1)
    with_passport: bool = False


class Channels(Clause):
    entries: dict[Channel, ChannelRule]


class IdentityCode(Clause):
    """The one-time code to the registered phone. codes_a_day: for one national number."""

    code_digits: int = Field(ge=6, le=10)
    code_minutes: int = Field(gt=0)
    code_tries: int = Field(gt=0, le=10)
    codes_a_day: int = Field(gt=0)


class BulkRules(Clause):
    """A file of an authority. rows_at_once: as many are worked on together."""

    rows_in_a_file: int = Field(gt=0)
    maximum_bytes: int = Field(gt=0)
    rows_at_once: int = Field(gt=0, le=500)


class WebhookRules(Clause):
    """Calls to the systems of requesters. most: addresses of one; exchange_seconds: a whole call; tries: then it is
    given up. The wait after a failure doubles from the first to the longest."""

    most: int = Field(gt=0)
    exchange_seconds: int = Field(gt=0, le=60)
    tries: int = Field(gt=0)
    first_wait_seconds: int = Field(gt=0)
    longest_wait_hours: int = Field(gt=0)


class Namesakes(Clause):
    """An accused known by a name only holds a certificate up when the name is this like, and this long."""

    percent: int = Field(ge=50, le=100)
    minimum_names: int = Field(ge=1)


RefusalFieldId = Literal[
    "number", "name", "national_number", "birth_date", "purpose", "addressee", "requested_on", "request", "reason",
    "words", "upholds", "legal_basis", "office", "decided_on", "appeal_to", "appeal_until",
]  # fmt: skip


class RefusalField(Part):
    """One line of the refusal and what stands beside it."""

    id: RefusalFieldId
    caption: Bilingual


class Upheld(Part):
    """How a refusal reads that upholds an earlier one after a grievance, and where one goes from there."""

    title: Bilingual
    decided_by: Bilingual
    decision: Bilingual
    appeal_days: int = Field(gt=0)
    appeal_to: Bilingual


class Refusal(Clause):
    """The signed decision. reasons: those that end a request, each with its legal basis; return_reasons: those the
    applicant may still answer; series: of its numbers, beside that of the certificates.
    """

    series: Words = Field(pattern=r"^[A-Z0-9]{1,4}$")
    title: Bilingual
    decision: Bilingual
    appeal_heading: Bilingual
    signed: Bilingual
    fields: list[RefusalField]
    reasons: list[Words] = Field(min_length=1)
    legal_basis: dict[Words, Bilingual]
    return_reasons: list[Words] = Field(min_length=1)
    appeal_days: int = Field(gt=0)
    appeal_to: Bilingual
    upheld: Upheld

    @model_validator(mode="after")
    def _complete(self) -> Refusal:
        if sorted(field.id for field in self.fields) != sorted(get_args(RefusalFieldId)):
            raise ValueError(f"`fields` -> each of {', '.join(get_args(RefusalFieldId))} once")
        if missing := [reason for reason in self.reasons if reason not in self.legal_basis]:
            raise ValueError(f"the reason {missing[0]!r} has no legal basis -> add it to `legal_basis`")
        return self


class Traffic(Clause):
    """What one address may do at the citizen's door. answer_milliseconds: no answer to a request or a code comes
    sooner, so that its time tells nothing about whoever was asked for."""

    begin: Pace
    confirm: Pace
    follow: Pace
    answer_milliseconds: int = Field(ge=0, le=2000)


MessageKind = Literal["code", "paying", "issued", "refused", "upheld", "returned", "expired", "superseded", "withdrawn"]


class Messages(Clause):
    """Texts to the applicant's phone; `{code}`, `{number}` and `{amount}` are filled in."""

    entries: dict[MessageKind, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> Messages:
        if missing := [kind for kind in get_args(MessageKind) if kind not in self.entries]:
            raise ValueError(
                f"the message {missing[0]!r} is missing -> every one of {', '.join(get_args(MessageKind))}"
            )
        if "{code}" not in self.entries["code"].ar:
            raise ValueError("the code stands nowhere in the message -> write {code}")
        return self


class CertificateRequests(Part):
    states: RequestStates
    channels: Channels
    identity: IdentityCode
    bulk: BulkRules
    webhooks: WebhookRules
    namesakes: Namesakes
    reasons: Vocabulary
    refusal: Refusal
    messages: Messages
    traffic: Traffic


def requests_speak_of_what_there_is(
    requests: CertificateRequests, disclosure: Disclosure, certificate: CertificateSpec
) -> CrossCheck:
    """Every reason has its wording, and every purpose a level makes an exception for exists."""
    file = "certificate/requests.yaml"
    for name in ("reasons", "return_reasons"):
        for index, reason in enumerate(getattr(requests.refusal, name)):
            if reason not in requests.reasons.entries:
                yield CrossFault(file, ("refusal", name, index), f"no wording for {reason!r}", "add it to `reasons`")
    if requests.refusal.series == certificate.serial.series:
        yield CrossFault(file, ("refusal", "series"), "this is the series of the certificates", "another one")
    for doubt in disclosure.doubts.entries:
        if doubt not in requests.reasons.entries:
            yield CrossFault(file, ("reasons", "entries"), f"no wording for {doubt!r}", f"add `{doubt}:`")
    for index, version in enumerate(disclosure.versions):
        for level, rule in version.levels.items():
            for purpose in rule.despite:
                if certificate.purpose(purpose) is None:
                    path = ("versions", index, "levels", level, "despite", purpose)
                    yield CrossFault("certificate/disclosure.yaml", path, "no such purpose", "one of certificate.yaml")
