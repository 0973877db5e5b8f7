"""The parts of the case register a visitor may open, shown above each of its pages."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.core import policy
from issuance.web.render import Link
from issuance.web.visitor import Visitor

# (words, address, the actions of which one opens it)
TABS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("cases.tab.work", "/cases", ("cases.work",)),
    ("cases.tab.alarms", "/cases/alarms", ("cases.work",)),
    ("cases.tab.open", "/cases/open", ("cases.open", "cases.open_direct_suit", "cases.record_past_ruling")),
    ("cases.tab.search", "/cases/search", ("cases.search",)),
    ("cases.tab.looks", "/cases/looks", ("cases.audit",)),
    ("cases.tab.statistics", "/cases/statistics", ("cases.statistics",)),
)


def tabs(visitor: Visitor, current: str) -> list[Link]:
    """Those open to the visitor; current: the address of the one shown."""
    return [
        Link(key, href, href == current)
        for key, href, actions in TABS
        if any(policy.allowed(visitor.actor, action) for action in actions)
    ]
