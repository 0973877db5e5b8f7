"""The passport office (`passport/office.yaml`): kinds of application, states, holds, reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words
from specs.schema.cases import Vocabulary
from specs.schema.document_types import DocumentTypeId
from specs.schema.waiting import WaitingState, require_every_state

Kind = Literal["first", "renewal", "lost", "stolen", "damaged", "correction", "emergency", "temporary"]
Channel = Literal["office", "mission"]
State = Literal[
    "draft", "paying", "checking", "held", "deciding", "returned", "approved", "production", "quality", "sending",
    "ready", "handed_over", "refused", "withdrawn", "uncollected", "expired",
]  # fmt: skip
DocumentState = Literal[
    "produced", "passed", "spoiled", "active", "lost", "stolen", "found", "damaged", "superseded", "holder_deceased",
    "nationality_withdrawn", "invalidated", "uncollected", "returning", "returned", "destroyed",
]  # fmt: skip
HoldKind = Literal[
    "recent_transfer", "late_registration", "under_review", "watched_family_record", "not_live", "differs_from_record",
    "duplicate_application", "duplicate_person", "afis_pending", "travel_ban", "conviction", "not_final",
    "honour_offence", "spelling_changed", "portrait", "guardianship", "officer_family",
]  # fmt: skip
COURT_HOLDS: frozenset[HoldKind] = frozenset({"travel_ban", "conviction", "not_final", "honour_offence"})
"""Those that stand on a ruling or an order; what the applicant is told of them names `{authority}`."""
ENDED: frozenset[State] = frozenset({"handed_over", "refused", "withdrawn", "uncollected", "expired"})
Report = Literal["lost", "stolen", "found", "damaged"]
SltdCategory = Literal["lost", "stolen", "stolen_blank", "revoked"]


class KindRule(Part):
    """predecessor: whether an earlier book is named; reports: what is said of it by asking; document_types: those
    that may be asked for so, none: every other."""

    title: Bilingual
    predecessor: Literal["none", "allowed", "required"]
    reports: Report | None = None
    document_types: list[DocumentTypeId] = Field(default=[])


class Kinds(Clause):
    entries: dict[Kind, KindRule]

    @model_validator(mode="after")
    def _complete(self) -> Kinds:
        _every(Kind, self.entries)
        return self


class ChannelRule(Part):
    """fee_channel: as the tariff of `fees.yaml` calls it."""

    title: Bilingual
    fee_channel: Literal["clerk", "abroad"]


class Channels(Clause):
    entries: dict[Channel, ChannelRule]


class ApplicationStates(Clause):
    entries: dict[State, WaitingState]

    @model_validator(mode="after")
    def _every_state(self) -> ApplicationStates:
        require_every_state(self.entries, get_args(State), ENDED)
        return self


class DocumentStateRule(Part):
    """follows: the states it may come from; travel: the holder may travel on it; final: nothing follows; listed: it
    stands on the status list; sltd: as what INTERPOL is told of it."""

    title: Bilingual
    follows: list[DocumentState]
    travel: bool = False
    final: bool = False
    listed: bool = False
    sltd: SltdCategory | None = None


class DocumentStates(Clause):
    entries: dict[DocumentState, DocumentStateRule]

    @model_validator(mode="after")
    def _every_state(self) -> DocumentStates:
        _every(DocumentState, self.entries)
        return self


class HoldRule(Part):
    """title: for officers; public: what the applicant is told; officers: how many lift it, 0: none, it goes with its
    cause."""

    title: Bilingual
    public: Bilingual
    officers: Literal[0, 1, 2]


class Holds(Clause):
    entries: dict[HoldKind, HoldRule]

    @model_validator(mode="after")
    def _every_kind(self) -> Holds:
        _every(HoldKind, self.entries)
        for kind, rule in self.entries.items():
            for text in (rule.public.ar, rule.public.en):
                if ("{authority}" in text) != (kind in COURT_HOLDS):
                    raise ValueError(f"{kind} and whom to ask disagree -> {{authority}} for a measure of a court alone")
        return self


class DecisionRules(Clause):
    """Codes of `reasons` an officer may refuse or return with."""

    refusal_reasons: list[Words] = Field(min_length=1)
    return_reasons: list[Words] = Field(min_length=1)


class ChildRules(Clause):
    """guardians: how many must consent for a holder younger than adult_from_years, where no court ordered it."""

    adult_from_years: int = Field(ge=16, le=21)
    guardians: int = Field(ge=1, le=2)


class OwnMatters(Clause):
    """What an officer may do for somebody of their own family record. family_enrolled_is_held: two others look at what
    they enrolled; family_decided_by_another: they neither decide nor lift a hold."""

    family_enrolled_is_held: bool
    family_decided_by_another: bool


class ReportRule(Part):
    """told_by: who may say it of a book."""

    title: Bilingual
    told_by: list[Literal["office", "holder"]] = Field(min_length=1)


class LifeRules(Clause):
    """registry_events: what a change of the civil registry does to the books of its person; remind_days_before: the end
    of the time for collecting, once on each; reminder: the text, which names nobody; destroy_after_days: after a book
    was found uncollected."""

    reports: dict[Report, ReportRule]
    registry_events: dict[Words, Literal["holder_deceased", "nationality_withdrawn"]]
    remind_days_before: list[Annotated[int, Field(ge=1, le=90)]] = Field(min_length=1, max_length=10)
    reminder: Bilingual
    destroy_after_days: int = Field(ge=1, le=1000)

    @model_validator(mode="after")
    def _every_report(self) -> LifeRules:
        _every(Report, self.reports)
        return self

    @model_validator(mode="after")
    def _reminder_fits(self) -> LifeRules:
        if len(set(self.remind_days_before)) != len(self.remind_days_before):
            raise ValueError("a day of reminding stands twice -> each once")
        for text in (self.reminder.ar, self.reminder.en):
            if set(re.findall(r"{(\w+)}", text)) != {"office", "day"}:
                raise ValueError("the reminder says the place and the last day alone -> {office} and {day}")
        return self


class ReplacementNote(Clause):
    """What a book says of the one before it, in both languages; `{number}`, `{reason}`, `{on}` are filled in.

    reported: where the earlier one was reported, by what was said of it."""

    ar: Words
    en: Words
    reported: dict[Literal["lost", "stolen", "damaged"], Bilingual]

    @model_validator(mode="after")
    def _names_all(self) -> ReplacementNote:
        for text in (self.ar, self.en):
            if any(name not in text for name in ("{number}", "{reason}", "{on}")):
                raise ValueError("the note lacks a part -> {number}, {reason} and {on}")
        for kind in ("lost", "stolen", "damaged"):
            told = self.reported.get(kind)
            if told is None or any(name not in text for text in (told.ar, told.en) for name in ("{number}", "{on}")):
                raise ValueError(f"the note of a book reported {kind} lacks a part -> {{number}} and {{on}}")
        return self


class SltdRules(Clause):
    """export_maximum: records in one export; categories: as INTERPOL calls them."""

    export_maximum: int = Field(ge=1, le=100_000)
    categories: dict[SltdCategory, Bilingual]

    @model_validator(mode="after")
    def _every_category(self) -> SltdRules:
        _every(SltdCategory, self.categories)
        return self


class PassportStatusList(Clause):
    """digest_bytes: how much of the SHA-256 of a number stands in the list; fresh_seconds: how long a copy is used
    without asking again; lifetime_hours: when it is good no more."""

    digest_bytes: int = Field(ge=12, le=32)
    fresh_seconds: int = Field(ge=60)
    lifetime_hours: int = Field(ge=1, le=168)


class Leases(Clause):
    """minutes: how long one officer has an application alone."""

    minutes: int = Field(ge=5, le=480)


class ToBring(Clause):
    """What applicants are told to bring where the application waits for them."""

    entries: dict[State, list[Bilingual]]


class RecordBars(Clause):
    """Rulings that keep these documents from a person: a final one of barring_kinds does, of examined_kinds officers
    judge it. ended_by: effects after which it does not count; legal_basis: as officers are shown it; unnamed: whom to
    ask where nobody recorded who ordered a ban."""

    document_types: list[DocumentTypeId]
    verdicts: list[Words]
    barring_kinds: list[Words]
    examined_kinds: list[Words]
    ended_by: list[Words]
    legal_basis: Bilingual
    unnamed: Bilingual


class PassportOffice(Part):
    kinds: Kinds
    channels: Channels
    states: ApplicationStates
    documents: DocumentStates
    holds: Holds
    reasons: Vocabulary
    decision: DecisionRules
    child: ChildRules
    own_matters: OwnMatters
    life: LifeRules
    replacement_note: ReplacementNote
    sltd: SltdRules
    status_list: PassportStatusList
    leases: Leases
    record_bars: RecordBars
    bring: ToBring

    @model_validator(mode="after")
    def _reasons_have_words(self) -> PassportOffice:
        for name in (*self.decision.refusal_reasons, *self.decision.return_reasons):
            if name not in self.reasons.entries:
                raise ValueError(f"no wording for the reason {name!r} -> add it to `reasons`")
        return self


def _every(names: object, entries: Mapping[Any, object]) -> None:
    if missing := [name for name in get_args(names) if name not in entries]:
        raise ValueError(f"the entry {missing[0]!r} is missing -> every one the program knows")
