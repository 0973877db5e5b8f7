"""The life cycle of a case as data (`cases/lifecycle.yaml`, `offences.yaml`), and what must hold of it at load."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.cases import Register, Vocabulary
from specs.schema.clocks import Clocks, Dated
from specs.schema.roles import Roles
from specs.schema.staff import Offices

FILE = "cases/lifecycle.yaml"
FINALITY = "finality"
COMPLETION = "completion"
FieldKind = Literal[
    "text", "date", "moment", "choice", "flag", "dinars", "office", "account", "person", "case", "sequence", "object",
    "accused", "accused_list", "charges", "evidence_list", "penalties",
]  # fmt: skip
OffenceKind = Literal["felony", "misdemeanour", "contravention"]


class Offence(Part):
    """intentional: may revoke an amnesty (Law 35/2012 Art 3); honour: moral turpitude (مخلة بالشرف)."""

    title: Bilingual
    kind: OffenceKind
    intentional: bool
    honour: bool
    needs_confirmation: bool


class Offences(Clause):
    entries: dict[Words, Offence] = Field(min_length=1)


class Stages(Clause):
    entries: dict[Words, Bilingual] = Field(min_length=1)


class Child(Clause):
    """Who was younger on the day of the act is tried as a child, and the file is sealed."""

    below_age_years: int = Field(gt=0)


class State(Clause):
    """Where a matter can be. owner: the role that sees to it; clock: code of `clocks.yaml`; ended: nothing is due.

    clock_begins: when the matter came to the state, or when its ruling became final.
    """

    title: Bilingual
    stage: Words
    owner: Words
    clock: Words | None = None
    clock_begins: Literal["state", "final"] = "state"
    ended: bool = False


class Challenge(Clause):
    """One way to challenge a ruling, and when its time begins. clock None: no time makes the ruling final.

    verdict: of which ruling, None: whatever it is. by: who has this time (`challengers`), everyone where it is empty.
    begins objection_over: on the last day of the time to object. The ruling is final when the last of the times that
    stand side by side is over.
    """

    instance: Words
    presence: Words
    action: Words
    clock: Words | None = None
    begins: Literal["ruling", "notice", "objection_over"]
    by: tuple[Words, ...] = ()
    verdict: Words | None = None


class OrderAppeal(Clause):
    """The time to appeal an order of the investigation by `action`, from the day the matter came to `state`."""

    state: Words
    action: Words
    clock: Words
    by: tuple[Words, ...] = Field(min_length=1)


class Approver(Dated):
    """Who alone approves an action of two officers, on the days this holds. needs_confirmation: as of a clock."""

    roles: tuple[Words, ...] = Field(min_length=1)
    legal_reference: Bilingual
    needs_confirmation: bool


class CaseField(Part):
    """One thing an action asks for. vocabulary: a list of `register.yaml`, `offences` or `regions`."""

    title: Bilingual
    kind: FieldKind
    vocabulary: Words | None = None
    maximum_characters: int | None = Field(default=None, gt=0)
    confidential: bool = False


class CaseAction(Clause):
    """One kind of entry in a case file.

    from_states: where a matter must be; any_state: anywhere, ended or not. only_kinds: of each matter; among_kinds: of
    one matter at least. to_state, to_by_verdict (of the standing
    ruling), to_previous: where it goes. whole_file: all matters that have not ended go together,
    and those ended in one of from_states;
    whole_accused: all of an accused that the action fits. hands_over: kinds of
    office that may receive the file. while_handed_over: only while a hand-over waits; by_receiver: by its receiver.
    within_challenge: it is the challenge open against the ruling; after: only when that time, or the state's, or the
    waiting for rehabilitation is over.
    of_register: only on a ruling taken from an earlier register. unless_suspended: not while the court's own words
    suspend every penalty of the ruling. ends_penalty: the waiting for rehabilitation begins with it.
    records, effect, revokes, instance: what it leaves on the ruling; undoes_conviction: while its effect is in force;
    revokes: an effect, `finality` by lapse of time where its ruling is challenged in the state it goes to, or
    `completion` of its execution. by_ruling: only where the ruling itself suspends a penalty. by_two: fields that one
    officer may not say in it; as_history: though it needs two officers, what the service itself imports of an earlier
    register needs none. internal: made by another action, never by a user.
    """

    title: Bilingual
    opens: bool = False
    internal: bool = False
    any_state: bool = False
    from_states: tuple[Words, ...] = ()
    to_state: Words | None = None
    to_by_verdict: dict[Words, Words] = Field(default_factory=dict)
    to_previous: bool = False
    whole_file: bool = False
    whole_accused: bool = False
    only_kinds: tuple[OffenceKind, ...] = ()
    among_kinds: tuple[OffenceKind, ...] = ()
    hands_over: tuple[Words, ...] = ()
    while_handed_over: bool = False
    by_receiver: bool = False
    within_challenge: bool = False
    after: Literal["challenge", "state_clock", "waiting"] | None = None
    of_register: bool = False
    unless_suspended: bool = False
    by_ruling: bool = False
    ends_penalty: bool = False
    records: Literal["ruling", "effect"] | None = None
    instance: Words | None = None
    effect: Words | None = None
    undoes_conviction: bool = False
    revokes: Words | None = None
    four_eyes: bool = False
    as_history: bool = False
    by_two: tuple[Words, ...] = ()
    approved_by: Approver | None = None
    asks: tuple[Words, ...] = ()
    may: tuple[Words, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether it changes the state of a matter."""
        return bool(self.to_state or self.to_by_verdict or self.to_previous) and not self.opens


class Lifecycle(Part):
    """States, actions and what they ask for."""

    stages: Stages
    initial_state: Words
    states: dict[Words, State] = Field(min_length=1)
    challenges: list[Challenge] = Field(min_length=1)
    instances: dict[Words, Words]
    objections: dict[Words, Words]
    retrials: dict[Words, Words]
    order_appeals: list[OrderAppeal]
    child: Child
    fields: dict[Words, CaseField]
    actions: dict[Words, CaseAction] = Field(min_length=1)

    @cached_property
    def revocable(self) -> frozenset[str]:
        """The states that an action leads back from, to the state before."""
        return frozenset(
            state for action in self.actions.values() if action.to_previous for state in action.from_states
        )

    @cached_property
    def challenged(self) -> frozenset[str]:
        """The states in which a ruling may be challenged."""
        return frozenset(
            state for action in self.actions.values() if action.within_challenge for state in action.from_states
        )

    @cached_property
    def challenged_in(self) -> Mapping[str, frozenset[str]]:
        """Instance of a ruling -> the states in which it may be challenged."""
        found: dict[str, set[str]] = {}
        for way in self.challenges:
            found.setdefault(way.instance, set()).update(self.actions[way.action].from_states)
        return {instance: frozenset(states) for instance, states in found.items()}

    @cached_property
    def rehabilitable(self) -> frozenset[str]:
        """The states that rehabilitation leads out of."""
        return frozenset(
            state for action in self.actions.values() if action.after == "waiting" for state in action.from_states
        )

    @cached_property
    def penalty_ending(self) -> frozenset[str]:
        """The effects that end a penalty; who revokes one brings the penalty back."""
        return frozenset(a.effect for a in self.actions.values() if a.ends_penalty and a.effect is not None)

    @cached_property
    def undoing(self) -> frozenset[str]:
        """The effects under which a conviction counts for none."""
        return frozenset(a.effect for a in self.actions.values() if a.undoes_conviction and a.effect is not None)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """How far along a state is: its place in the list."""
        return {name: place for place, name in enumerate(self.states)}

    @cached_property
    def open_challenges(self) -> Mapping[tuple[str, str], tuple[Challenge, ...]]:
        """By (instance, presence) of the ruling."""
        keys = dict.fromkeys((row.instance, row.presence) for row in self.challenges)
        return {key: tuple(row for row in self.challenges if (row.instance, row.presence) == key) for key in keys}


def vocabularies(register: Register, offences: Offences, offices: Offices) -> dict[str, Mapping[str, Bilingual]]:
    """Name -> code -> wording, for every `choice` of the life cycle."""
    lists = {name: getattr(register, name) for name in type(register).model_fields}
    words: dict[str, Mapping[str, Bilingual]] = {
        name: held.entries for name, held in lists.items() if isinstance(held, Vocabulary)
    }
    words["offences"] = {code: offence.title for code, offence in offences.entries.items()}
    words["regions"] = offices.regions.names
    return words


def lifecycle_is_whole(
    lifecycle: Lifecycle, roles: Roles, clocks: Clocks, choices: Mapping[str, Mapping[str, Bilingual]]
) -> CrossCheck:
    """Every state reachable; every state that has not ended has a way out, an owner and a clock; every name known."""
    yield from _unknown_names(lifecycle, roles, choices)
    named = {state.clock for state in lifecycle.states.values()} | {row.clock for row in lifecycle.challenges}
    named |= {order.clock for order in lifecycle.order_appeals}
    for clock in sorted((named - {None} | {*choices["custody_kinds"]}) - {*clocks.clocks}, key=str):
        yield CrossFault(FILE, (), f"{clock!r} is no clock", "add it to cases/clocks.yaml")
    for index, way in enumerate(lifecycle.challenges):
        ends = way.clock is None or way.clock not in clocks.clocks or clocks.clocks[way.clock].at_end
        if ends == "alarm":
            words = f"the end of {way.clock!r} ends no challenge", "a clock with at_end: challenge_ends"
            yield CrossFault(FILE, ("challenges", index, "clock"), *words)
    reached = _reachable(lifecycle)
    for name, state in lifecycle.states.items():
        if name not in reached:
            yield CrossFault(FILE, ("states", name), "no action leads here", "add one, or remove the state")
        if state.ended:
            continue
        if state.clock is None:
            yield CrossFault(FILE, ("states", name), "it has not ended and has no clock", "name one of clocks.yaml")
        if not any(name in action.from_states and action.moves for action in lifecycle.actions.values()):
            yield CrossFault(FILE, ("states", name), "it has not ended and nothing leads out", "add an action")
    revoked = {action.revokes for action in lifecycle.actions.values()}
    for name, action in lifecycle.actions.items():
        if action.effect is not None and action.effect not in revoked:
            yield CrossFault(FILE, ("actions", name, "effect"), "nothing revokes this effect", "add an action")


def _targets(lifecycle: Lifecycle) -> Iterator[tuple[str, str]]:
    for name, action in lifecycle.actions.items():
        for state in (*([action.to_state] if action.to_state else []), *action.to_by_verdict.values()):
            yield name, state


def _reachable(lifecycle: Lifecycle) -> set[str]:
    reached = {lifecycle.initial_state}
    reached |= {action.to_state for action in lifecycle.actions.values() if action.opens and action.to_state}
    while True:
        new = {
            state
            for name, state in _targets(lifecycle)
            if (action := lifecycle.actions[name]).any_state or reached & {*action.from_states}
        }
        if new <= reached:
            return reached
        reached |= new


def _unknown_names(lifecycle: Lifecycle, roles: Roles, choices: Mapping[str, Mapping[str, Bilingual]]) -> CrossCheck:
    states, actions, fields = lifecycle.states, lifecycle.actions, lifecycle.fields
    named: list[tuple[tuple[str | int, ...], str, Container[str]]] = []
    for name, state in states.items():
        named += [(("states", name, "stage"), state.stage, lifecycle.stages.entries)]
        named += [(("states", name, "owner"), state.owner, roles.roles)]
    named += [(("challenges", i, "action"), row.action, actions) for i, row in enumerate(lifecycle.challenges)]
    for i, row in enumerate(lifecycle.challenges):
        named += [(("challenges", i, "by"), challenger, choices["challengers"]) for challenger in row.by]
    for i, order in enumerate(lifecycle.order_appeals):
        named += [
            (("order_appeals", i, "state"), order.state, states),
            (("order_appeals", i, "action"), order.action, actions),
        ]
        named += [(("order_appeals", i, "by"), challenger, choices["challengers"]) for challenger in order.by]
    instances = {row.instance for row in lifecycle.challenges}
    named += [(("retrials", kind), instance, instances) for kind, instance in lifecycle.retrials.items()]
    named += [(("retrials",), kind, lifecycle.retrials) for kind in choices["kinds"]]
    named += [(("actions", name), target, states) for name, target in _targets(lifecycle)]
    for name, action in actions.items():
        named += [(("actions", name, "from_states"), state, states) for state in action.from_states]
        approvers = action.approved_by.roles if action.approved_by is not None else ()
        named += [(("actions", name, "approved_by"), role, roles.roles) for role in approvers]
        effects = [(key, getattr(action, key)) for key in ("effect", "revokes") if getattr(action, key) is not None]
        named += [
            (("actions", name, key), effect, {*choices["effects"], FINALITY, COMPLETION}) for key, effect in effects
        ]
        named += [(("actions", name, "asks"), field, fields) for field in (*action.asks, *action.may)]
        named += [(("actions", name, "by_two"), field, action.may) for field in action.by_two]
        if not action.internal:
            named += [(("actions", name), f"cases.{name}", roles.actions)]
    for name, held in fields.items():
        if held.kind == "choice":
            named += [(("fields", name, "vocabulary"), held.vocabulary or "", choices)]
    for path, name, known in named:
        if name not in known:
            yield CrossFault(FILE, path, f"{name!r} is not known", "a name that is declared")
