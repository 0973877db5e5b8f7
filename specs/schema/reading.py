"""Who may read closed case files (`cases/reading.yaml`), and for what anybody looks (`purposes.yaml`)."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.roles import ActionName, Roles


class Purpose(Part):
    """words_needed: the reader also says it in words; legal_basis: by which law they may look for it."""

    title: Bilingual
    words_needed: bool
    legal_basis: Words


class Purposes(Clause):
    entries: dict[Words, Purpose] = Field(min_length=1)
    words_maximum_characters: int = Field(ge=20)


class ClassifiedFiles(Clause):
    """Classification -> the actions of `roles.yaml` that a reader must be allowed, besides `cases.read`."""

    needs: dict[Words, list[ActionName]] = Field(min_length=1)


class SealedFiles(Clause):
    """Files of children: the actions that a reader must be allowed besides."""

    needs: list[ActionName] = Field(min_length=1)


class Watch(Clause):
    """An account is told of that looked at least minimum_looks times in the window, outside_percent of them at files in
    which its office has no part; or that was refused denied_looks times."""

    window_days: int = Field(ge=1)
    minimum_looks: int = Field(ge=1)
    outside_percent: int = Field(ge=1, le=100)
    denied_looks: int = Field(ge=1)


class ToldToPerson(Clause):
    """Of the looks at their record (never at a file) a person is told day and kind of office, for these purposes."""

    purposes: list[Words] = Field(min_length=1)
    days_back: int = Field(ge=1)


class Reading(Part):
    classifications: ClassifiedFiles
    sealed: SealedFiles
    told_to_person: ToldToPerson
    watch: Watch


def readers_need_known_actions(reading: Reading, roles: Roles) -> CrossCheck:
    """A misspelt action would close the files to everybody."""
    reads = sorted(name for name, action in roles.actions.items() if action.reads)
    asked = [(("classifications", "needs", name), needs) for name, needs in reading.classifications.needs.items()]
    for path, actions in [*asked, (("sealed", "needs"), reading.sealed.needs)]:
        for index, action in enumerate(actions):
            if action not in reads:
                yield CrossFault("cases/reading.yaml", (*path, index), f"{action!r} reads nothing", f"one of {reads}")
