"""What the service really makes is what it publishes: produced here, judged by `jsonschema`."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from issuance.api import published
from issuance.border.chip_files import collect
from issuance.border.inspection import inspect_chip
from issuance.border.steps import inspection_json, verdict_json
from issuance.border.verify import verify_text
from issuance.mrtd.mrz import build, check
from issuance.passports import commands, views
from issuance.service import Service
from tests.schemas import assert_published, faults
from tests.service import CLERK, NOW, ROOT, application, portrait


def documented(name: str) -> Any:
    return json.loads((ROOT / "docs" / name).read_text("utf-8"))


@pytest.mark.parametrize("edition", ["2021", "2026"])
def test_a_passport_its_work_package_and_its_chip_are_as_published(desk: Service, edition: str, tmp_path: Path) -> None:
    asked = application(edition=edition)
    assert faults(asked, "passport-application") == []
    view = commands.issue(desk, CLERK, asked, portrait(), NOW)
    assert_published(view.as_json(), ["issued-passport"])
    package = json.loads(views.passport_file(desk, CLERK, view.number, "package.json")[0])
    assert_published(package, ["passport-work-package"])
    chip = [tmp_path / name for name in view.files if name.endswith(".bin")]
    for path in chip:
        path.write_bytes(views.passport_file(desk, CLERK, view.number, path.name)[0])
    verdict = inspect_chip(collect(chip, desk.spec.border_inspection.chip_files), desk.trust, NOW, desk.spec)
    assert_published(inspection_json(verdict, desk.spec.border_inspection), ["chip-inspection"])
    assert_published(verdict_json(verdict, desk.spec.border_inspection), ["verdict"])
    assert_published({"lines": list(view.mrz)}, ["mrz-check-request"])
    assert_published(check(list(view.mrz)).as_json(), ["mrz-report"])
    assert_published(
        verdict_json(verify_text("\n".join(view.mrz), desk.trust, NOW, desk.spec), desk.spec.border_inspection),
        ["verdict"],
    )


def test_an_altered_work_package_is_seen_by_its_schema(desk: Service) -> None:
    view = commands.issue(desk, CLERK, application(), portrait(), NOW)
    package = json.loads(views.passport_file(desk, CLERK, view.number, "package.json")[0])
    package["work"]["files"]["DG2.bin"]["bytes"] = 24001  # chip.yaml: DG2 holds at most 24000
    assert faults(package, "passport-work-package") != []


def test_what_others_need_to_verify_without_us_is_as_published(desk: Service) -> None:
    assert_published(published.trust(desk.trust, NOW, desk.spec.pki_profiles), ["trust"])
    assert_published(published.seal_format(desk.spec.certificate_seal, desk.settings.base_url), ["seal-format"])


def test_zones_as_they_are_asked_for_and_answered() -> None:
    fields = {"document_code": "P", "issuer": "UTO", "surname": "ERIKSSON", "given": "ANNA MARIA"}
    fields |= {"document_number": "L898902C3", "nationality": "UTO", "birth_date": "740812", "expiry_date": "120415"}
    assert_published({"format": "TD3", **fields}, ["mrz-fields"])
    assert_published(build("TD3", fields).as_json(), ["mrz-lines"])
    assert_published(check(["P<UTO"]).as_json(), ["mrz-report"])
    assert_published(check("nothing").as_json(), ["mrz-report"])


def test_the_documented_examples_are_as_published() -> None:
    assert_published(documented("application.example.json"), ["passport-application"])
    assert_published(documented("person.example.json"), ["person-record"])


def test_a_record_of_chip_authentication_as_a_terminal_writes_it() -> None:
    secret = base64.b16encode(bytes(range(32))).decode()
    record = {"terminal_public": "04" + "AB" * 64, "terminal_private": secret, "send_sequence_counter": 0, "key_id": 1}
    assert_published(record, ["chip-authentication-record"])
