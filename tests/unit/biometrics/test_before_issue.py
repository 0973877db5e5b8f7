"""No book is made before the search: the whole way of an application, with the search on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from issuance.biometrics import hits
from issuance.biometrics.public import clearance_of, record_capture
from issuance.passports import checking
from issuance.passports.holds import open_holds
from issuance.service import Service
from tests.passports import asked, pay, walk
from tests.service import NOW, enter
from tests.unit.biometrics.test_capture import record
from tests.unit.biometrics.test_search import CLERK as SCANNER
from tests.unit.biometrics.test_search import FIRST, SECOND


def entered(service: Service, number: str, born: str) -> dict[str, Any]:
    """Somebody of another birth than the person every test installation holds, so that the face alone is a hit."""
    changed = {"national_number": number, "birth_date": born}
    enter(service, **changed)
    return changed


def test_no_application_goes_on_without_fingerprints_or_with_a_face_that_is_known(desk: Service) -> None:
    desk.settings = desk.settings.model_copy(update={"duplicate_search": "always"})
    first, second = (
        pay(desk, walk(desk, "paying", asked(entered(desk, number, born))))
        for number, born in (("119889000801", "1988-02-03"), ("119799000802", "1979-04-05"))
    )
    assert first.state == "held"
    with desk.db.reading() as read:
        assert [(one.kind, one.reference) for one in open_holds(read, first.id)] == [("afis_pending", "fingerprints")]
    for view in (first, second):
        record_capture(desk, SCANNER, view.id, record(), NOW)
    assert checking.advance(desk, first.id, NOW).state == "deciding"
    assert checking.advance(desk, second.id, NOW).state == "held"
    with desk.db.reading() as read:
        (hold,) = open_holds(read, second.id)
        found = clearance_of(read, second.id)
    assert (hold.kind, hold.reference) == ("duplicate_person", found.search_id)
    assert found.search_id is not None
    later = NOW + timedelta(hours=1)
    approval = hits.settle(desk, FIRST, found.search_id, "different", "twin sisters, booklet seen", later)
    hits.confirm(desk, SECOND, approval, True, "seen", later)
    assert checking.advance(desk, second.id, later).state == "deciding"
