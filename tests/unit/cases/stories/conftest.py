"""One register for the stories of this folder, with a second person in it."""

from __future__ import annotations

import pytest

from issuance.service import Service
from tests.casework import (
    with_case_offices,
)
from tests.service import enter
from tests.unit.cases.stories.telling import SECOND


@pytest.fixture(scope="module")
def register(desk: Service) -> Service:
    enter(desk, national_number=SECOND, sex="F", birth_date="1995-03-01")
    return with_case_offices(desk)
