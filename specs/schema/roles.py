"""Who may do what, and where (`roles.yaml`): actions, and the roles that grant them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part

ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$")]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
ActorKind = Literal["staff", "client", "system", "public"]
Scope = Literal["own_office", "receiving_office", "involved", "assigned", "territory", "everywhere"]


class Action(Part):
    """One thing that can be done. subject: the kind of thing it is done to; absent: to no single thing.

    reads: it only looks at its subject.
    """

    title: Bilingual
    subject: str | None = Field(default=None, pattern=r"^[a-z_]+$")
    reads: bool = False


class Grant(Part):
    """scope: how the actor must stand to a subject; the head of `roles.yaml` says what each word means."""

    actions: list[ActionName] = Field(min_length=1)
    scope: Scope


class Role(Clause):
    """A set of grants. held_by: the kinds of actor that may carry it; includes: roles all of whose grants it has."""

    title: Bilingual
    held_by: list[ActorKind] = Field(min_length=1)
    includes: tuple[RoleName, ...] = ()
    grants: list[Grant] = Field(min_length=1)


class Pair(Part):
    """Nobody who may do any of `one` may do any of `other`."""

    one: list[ActionName] = Field(min_length=1)
    other: list[ActionName] = Field(min_length=1)


class Apart(Clause):
    """Actions that no account holds together, in one role or in several. exempt: kinds of actor of which it is not
    asked."""

    pairs: list[Pair] = Field(min_length=1)
    exempt: list[ActorKind]


class Roles(Part):
    """Every action of the service, every role, and what is kept apart."""

    actions: dict[ActionName, Action] = Field(min_length=1)
    roles: dict[RoleName, Role] = Field(min_length=1)
    apart: Apart

    def together(self, names: Collection[RoleName]) -> tuple[ActionName, ActionName] | None:
        """Two actions that these roles grant one account and that are kept apart; None: there are none. Unknown names
        grant nothing."""
        known = [name for name in names if name in self.roles]
        if any(set(self.roles[name].held_by) <= set(self.apart.exempt) for name in known):
            return None
        held = {action for name in known for grant in self.grants_of(name) for action in grant.actions}
        for pair in self.apart.pairs:
            one, other = [a for a in pair.one if a in held], [a for a in pair.other if a in held]
            if one and other:
                return one[0], other[0]
        return None

    @model_validator(mode="after")
    def _inclusion_ends(self) -> Roles:
        """A role includes roles that stand above it in the file: so none includes itself."""
        seen: set[str] = set()
        for name, role in self.roles.items():
            if unknown := [included for included in role.includes if included not in seen]:
                raise ValueError(f"role {name!r} includes {unknown[0]!r} -> a role that stands above it")
            seen.add(name)
        return self

    def grants_of(self, name: RoleName) -> Iterator[Grant]:
        """Every grant of a role, those of the roles it includes first."""
        role = self.roles[name]
        for included in role.includes:
            yield from self.grants_of(included)
        yield from role.grants
