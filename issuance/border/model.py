"""How many documents a post inspected on a day with what outcome. Nothing in it says who or which."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel


class BorderCount(SQLModel, table=True):
    """post: office code; outcome: status of the answer; inspections: how many."""

    __tablename__ = "border_counts"

    post: str = Field(foreign_key="offices.code", primary_key=True, max_length=16)
    on: date = Field(primary_key=True)
    outcome: str = Field(primary_key=True, max_length=13)
    inspections: int
