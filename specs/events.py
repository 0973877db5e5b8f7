"""The events other systems are told of, and the form of each version of each topic. Their wording: `events.yaml`.

A published version never changes: a new form is a new class at the end of its line in `TOPICS`. A body holds codes,
dates and our own ids, never a name or a national number: who needs more asks the API, which asks for a purpose.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:/._-]{1,120}$")]
OfficeCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,15}$")]
Matter = Annotated[str, StringConstraints(pattern=r"^A[1-9][0-9]*/C[1-9][0-9]*$")]


class Body(BaseModel):
    """What an event says. case_number, case_version: of the case file, and its last action then."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseOpened(Body):
    """A case file now exists, held by `office`."""

    case_number: Id
    case_version: int = Field(ge=1)
    office: OfficeCode
    opened_on: date


class CaseAction(Body):
    """One action was appended; states: of each matter it moved. corrects: the action it corrects, if any."""

    case_number: Id
    case_version: int = Field(ge=1)
    action: Code
    office: OfficeCode
    happened_on: date
    states: dict[Matter, Code]
    corrects: int | None = None


class RulingRecorded(Body):
    """A court ruled on one matter. person: our id, None while the accused is not identified."""

    ruling: Id
    case_number: Id
    matter: Matter
    person: Id | None
    court: OfficeCode | None
    verdict: Code
    presence: Code
    ruled_on: date


class RulingWithdrawn(Body):
    """What was told of this ruling does not concern `person`: the accused was somebody else, or is not known."""

    ruling: Id
    case_number: Id
    matter: Matter
    person: Id


class RulingFinal(Body):
    """A ruling became final: by the last instance, or because its deadline lapsed."""

    ruling: Id
    case_number: Id
    matter: Matter
    person: Id | None
    final_on: date


class RulingNotFinal(Body):
    """A ruling told as final on `final_on` is not: that was taken back or corrected. It may become final again."""

    ruling: Id
    case_number: Id
    matter: Matter
    person: Id | None
    final_on: date


class EffectRecorded(Body):
    """An effect on a ruling was recorded, or (revoked_on) revoked. kind: code of `cases/register.yaml`."""

    effect: Id
    ruling: Id
    person: Id | None
    kind: Code
    effective_on: date
    revoked_on: date | None = None


class TravelBanChanged(Body):
    """A travel ban was ordered, extended or lifted. ends_on: its last day, None while no end is set."""

    ban: Id
    case_number: Id
    person: Id | None
    change: Literal["ordered", "extended", "lifted"]
    starts_on: date
    ends_on: date | None = None


class TravelBanWithdrawn(Body):
    """The ban never concerned `person`: the accused was somebody else, or is not known."""

    ban: Id
    case_number: Id
    person: Id


class TransferPending(Body):
    """A file was sent from one office to another, which has not acknowledged it yet."""

    case_number: Id
    case_version: int = Field(ge=1)
    from_office: OfficeCode
    to_office: OfficeCode
    matters: list[Matter]
    sent_on: date


class ClockAlarm(Body):
    """A clock passed a warning share (50, 80) or its end (100). It asks `role` of `office`; it blocks nobody."""

    case_number: Id
    clock: Code
    matter: Matter | None
    percent: int = Field(ge=1)
    due_on: date
    role: Code
    office: OfficeCode | None


class RegistryChanged(Body):
    """What the civil registry says of a person changed. change: a mark of `passport/registry.yaml`, `unregistered`,
    `moved` (to another office or family record) or `corrected`; reference: of the file it rests on."""

    person: Id
    change: Code
    on: date
    reference: Id | None = None


class CertificateEnded(Body):
    """A certificate is not to be relied on any longer, from `on`; it stays genuine. other: the one in its place."""

    certificate: Id
    on: date
    other: Id | None = None


TOPICS: Final[dict[str, tuple[type[Body], ...]]] = {
    "case.opened": (CaseOpened,),
    "case.action": (CaseAction,),
    "ruling.recorded": (RulingRecorded,),
    "ruling.withdrawn": (RulingWithdrawn,),
    "ruling.final": (RulingFinal,),
    "ruling.not_final": (RulingNotFinal,),
    "effect.recorded": (EffectRecorded,),
    "travel_ban.changed": (TravelBanChanged,),
    "travel_ban.withdrawn": (TravelBanWithdrawn,),
    "transfer.pending": (TransferPending,),
    "certificate.withdrawn": (CertificateEnded,),
    "certificate.replaced": (CertificateEnded,),
    "certificate.superseded": (CertificateEnded,),
    "clock.alarm": (ClockAlarm,),
    "registry.changed": (RegistryChanged,),
}
"""The forms of each topic, version 1 first; events are written in the last."""


class Event(BaseModel):
    """One event as it is read. seq: its place, 1, 2, 3 ... without a gap; id: the same at every delivery."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seq: int = Field(ge=1)
    id: str
    topic: str
    schema_version: int = Field(ge=1)
    subject: str
    office: str | None
    happened_at: datetime
    body: dict[str, Any]


def event_schema(topic: str, version: int, base_url: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a version of a topic, envelope and body. Raises `KeyError` for an unknown one."""
    if not 1 <= version <= len(TOPICS[topic]):
        raise KeyError(version)
    whole = Event.model_json_schema()
    body = TOPICS[topic][version - 1].model_json_schema()
    whole["properties"] |= {"topic": {"const": topic}, "schema_version": {"const": version}, "body": body}
    address = f"{base_url}/v1/schemas/events/{topic}/{version}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": address} | whole | {"title": topic}
