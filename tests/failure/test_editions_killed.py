"""The process dies (SIGKILL) between approval, signature and publication: nothing is lost, nothing half published."""

from __future__ import annotations

import signal

import pytest

from issuance.service import Service
from issuance.specification import editions
from issuance.specification.publication import publish_approved
from issuance.specification.views import draft, signed_editions
from specs.load import SHIPPED, faults
from tests import warm
from tests.failure.editions_until import approve_until
from tests.service import NOW, trail
from tests.unit.specification.drafting import approved_once, author

# what is killed on its way in; the state it leaves
KILLED_AT = {
    "before the approval is kept": ("issuance.core.approvals:approve", "review"),
    "between approval and signature": ("issuance.specification.editions:sign_now", "approved"),
    "between signature and publication": ("issuance.specification.publication:keep", "approved"),
    "between publication and files": ("issuance.specification.publication:write_missing", "published"),
}


@pytest.mark.slow  # each in a process of its own
@pytest.mark.parametrize("point", KILLED_AT)
def test_an_edition_is_published_once_and_whole_wherever_the_process_dies(service: Service, point: str) -> None:
    view = approved_once(service)
    where, state = KILLED_AT[point]
    held = service.settings
    arguments = str(held.home), held.database_url, str(held.keys_home), view.id, where
    assert warm.forked(approve_until, *arguments) == -signal.SIGKILL
    assert draft(service, author(), view.id).state == state
    assert not held.editions.exists()

    for _ in range(2):
        publish_approved(service, NOW)
        editions.write_missing(service.db, held.editions)
        service.take_editions()
    published = state != "review"
    assert ("2027" in service.spec.passport.editions) == published
    assert list(signed_editions(service)) == (["2027"] if published else [])
    assert trail(service.db).count("specification.sign") == int(published)
    assert draft(service, author(), view.id).state == ("published" if published else "review")
    assert faults(SHIPPED, held.editions) == []
