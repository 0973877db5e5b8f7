"""A move as a program writes it, in JSON. What its values must be is judged by the command (`cases.fields`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from issuance.cases.act import Move
from issuance.core.shapes import read_shape

CLAUSE = "openapi"


class MoveRequest(BaseModel):
    """action: a move open now; body: its fields; matters: `A1/C1`, none where plain; happened_on: default today."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(min_length=1, max_length=40)
    body: dict[str, Any] = Field(default_factory=dict)
    matters: list[str] = Field(default_factory=list, max_length=500)
    happened_on: date | None = None
    basis: str = Field(default="", max_length=2000)
    evidence: list[str] = Field(default_factory=list, max_length=100)


class ProposalRequest(MoveRequest):
    """The same, with the reason for which another officer is asked."""

    reason: str = Field(min_length=1, max_length=2000)


class DecisionRequest(BaseModel):
    """decision: `approve`, `refuse`, or `withdraw` one's own."""

    model_config = ConfigDict(extra="forbid")

    decision: str = Field(pattern="^(approve|refuse|withdraw)$")
    reason: str = Field(min_length=1, max_length=2000)


def move_of(asked: MoveRequest) -> Move:
    """As the commands take it."""
    return Move(asked.action, asked.body, tuple(asked.matters), asked.happened_on, asked.basis, tuple(asked.evidence))


def read_move(data: Any) -> Move:
    """Raises `Invalid` with every fault of its shape."""
    return move_of(read_shape(MoveRequest, data, code="cases.move", clause=CLAUSE))


def read_proposal(data: Any) -> tuple[Move, str]:
    """The move and the reason. Raises `Invalid`."""
    asked = read_shape(ProposalRequest, data, code="cases.move", clause=CLAUSE)
    return move_of(asked), asked.reason


def read_decision(data: Any) -> DecisionRequest:
    """Raises `Invalid`."""
    return read_shape(DecisionRequest, data, code="cases.decision", clause=CLAUSE)
