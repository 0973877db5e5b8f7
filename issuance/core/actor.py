"""Who acts. An actor is made at the edge (sign-in, token, console) and handed to every command."""

from __future__ import annotations

from dataclasses import dataclass

from specs.schema.roles import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """id: account or client id, or a fixed name; roles: names of `specs/roles.yaml`; office: office code, if any."""

    id: str
    kind: ActorKind
    roles: frozenset[str]
    office: str | None = None


PUBLIC = Actor("public", "public", frozenset({"public"}))


def system(name: str, office: str | None = None) -> Actor:
    """The service acting by itself or for the person at its own console: `system("seed")`."""
    return Actor(f"system:{name}", "system", frozenset({"system"}), office)
