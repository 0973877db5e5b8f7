"""The life cycle that docs/cases.md shows is the one that `specs/cases/lifecycle.yaml` orders."""

from __future__ import annotations

from pathlib import Path

from specs.load import load

DOCUMENT = Path(__file__).parents[2] / "docs" / "cases.md"


def table() -> str:
    """One line a state: where it stands, who sees to it, its clock, and the actions that lead out of it."""
    spec = load()
    lifecycle, clocks, roles = spec.cases_lifecycle, spec.cases_clocks.clocks, spec.roles.roles
    lines = ["| state | الحالة | stage | who sees to it | clock | what leads on |", "|---|---|---|---|---|---|"]
    for code, state in lifecycle.states.items():
        leads = [n for n, a in lifecycle.actions.items() if code in a.from_states and a.moves and not a.internal]
        clock = clocks[state.clock].title.en if state.clock is not None else ""
        ways = ", ".join(f"`{name}`" for name in leads)
        stage, owner = lifecycle.stages.entries[state.stage].en, roles[state.owner].title.en
        lines.append(f"| `{code}` | {state.title.ar} | {stage} | {owner} | {clock} | {ways} |")
    return "\n".join(lines)


def test_the_table_of_the_life_cycle_is_that_of_the_specification() -> None:
    assert table() in DOCUMENT.read_text("utf-8"), f"docs/cases.md must hold this table:\n{table()}"
