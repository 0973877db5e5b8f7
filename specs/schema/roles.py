"""Who may do what, and where (`roles.yaml`): actions, and the roles that grant them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from specs.schema.base import Bilingual, Clause, Part

ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$")]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
ActorKind = Literal["staff", "client", "system", "public"]
Scope = Literal["own_office", "everywhere"]


class Action(Part):
    """One thing that can be done. subject: the kind of thing it is done to; absent: to no single thing."""

    title: Bilingual
    subject: str | None = Field(default=None, pattern=r"^[a-z_]+$")


class Grant(Part):
    """`own_office`: only to subjects that belong to the actor's office."""

    actions: list[ActionName] = Field(min_length=1)
    scope: Scope


class Role(Clause):
    """A set of grants. held_by: the kinds of actor that may carry it."""

    title: Bilingual
    held_by: list[ActorKind] = Field(min_length=1)
    grants: list[Grant] = Field(min_length=1)


class Roles(Part):
    """Every action of the service and every role."""

    actions: dict[ActionName, Action] = Field(min_length=1)
    roles: dict[RoleName, Role] = Field(min_length=1)
