"""The MRZ cases made by others: verdict, format, faulty fields and read fields of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from issuance.mrtd.mrz import build, check
from tests.shared import VECTORS, needs

_CASES = VECTORS / "mrz" / "text_cases.jsonl"

# their names of faults -> our fields
_FIELD_OF = {
    "number_check": "document_number",
    "dob_check": "birth_date",
    "dob": "birth_date",
    "expiry_check": "expiry_date",
    "expiry": "expiry_date",
    "optional_check": "optional",
    "length": "lines",
    "alphabet": "lines",
}
_OUR_NAME = {"number": "document_number", "dob": "birth_date", "expiry": "expiry_date"}


def _cases() -> list[dict[str, Any]]:
    if not _CASES.is_file():
        return []
    return [json.loads(line) for line in _CASES.read_text(encoding="utf-8").splitlines()]


pytestmark = needs(_CASES)


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_case_is_judged_as_its_maker_says(case: dict[str, Any]) -> None:
    report = check(case["lines"])
    assert report.valid is case["valid"]
    if case["errors"] != ["check"]:  # one digit somewhere is wrong, which one is not said
        assert {found.field for found in report.errors} == {_FIELD_OF.get(e, e) for e in case["errors"]}
    if report.valid:
        assert report.format == case["format"]
    for name, value in case["fields"].items():
        assert report.fields[_OUR_NAME.get(name, name)] == value
    assert ("mrz.unknown_code" in {w.code for w in report.warnings}) is (case["cls"] == "state_unlisted")


@pytest.mark.parametrize("case", [c for c in _cases() if c["valid"]], ids=lambda case: case["id"])
def test_valid_case_is_built_again_from_its_fields(case: dict[str, Any]) -> None:
    assert list(build(case["format"], check(case["lines"]).fields).lines) == case["lines"]


def test_bac_input_of_doc_9303_11_appendix_d_carries_our_digits() -> None:
    from issuance.mrtd.mrz import check_digit

    worked = json.loads((VECTORS / "mrz" / "bac_pace_worked.json").read_text(encoding="utf-8"))
    information = worked["mrz_information"]  # number, digit, birth, digit, expiry, digit
    for start, stop in ((0, 9), (10, 16), (17, 23)):
        assert check_digit(information[start:stop]) == information[stop]
    long = worked["long_docno"]["mrz_information"]
    assert check_digit(long[:12]) == long[12]
