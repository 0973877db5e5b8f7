"""The passport specification as a tender booklet: everything the issue asks for is there, and its parts agree.

Each cross check is proved by a copy broken in one place: the fault names file, line and remedy.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from specs.clauses import numbered
from specs.load import faults, load
from specs.schema import PassportEdition
from specs.schema.base import Proof
from tests.service import changed_specification

SPEC = load()
EDITIONS = sorted(SPEC.passport.editions)
E26 = "passport/editions/2026"


@pytest.fixture(params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> PassportEdition:
    return SPEC.passport.editions[request.param]


Break = tuple[str, str, str, str, str, str]
"""(file, what stands there, what is put there, end of the fault's path, what is wrong, what would be right)."""

TYPES, COVER, PAGES = f"{E26}/document_types.yaml", f"{E26}/cover.yaml", f"{E26}/page_plan.yaml"
PAGE = f"{E26}/data_page.yaml"
SECURITY, CHIP, ACCEPTANCE = f"{E26}/security.yaml", f"{E26}/chip_interface.yaml", f"{E26}/acceptance.yaml"
LONG_PREFIX = ("number_prefix: SL\n      serial_characters: 7", "number_prefix: LBX\n      serial_characters: 6")
SERVICE = "title: {ar: جواز سفر لمهمة (خدمة), en: Mission (service) passport}\n    entitlement:\n      switched_on: "
ISSUED = "      issued_by_this_service: true\n"
IN_ONE_PART: list[Break] = [
    (TYPES, SERVICE + "false", SERVICE + "true", "types.3.entitlement", "without a legal reference", "legal_reference"),
    (
        TYPES,
        ISSUED,
        ISSUED + "      validity_years: 8\n",
        "types.0.document_form",
        "of what the book itself is",
        "validity.yaml",
    ),
    (TYPES, "validity_days: 14", "validity_days: 14\n      validity_years: 1", "types.4.document_form", "twice", "or"),
    (PAGES, "    pages_taken: 2\n", "", "", "takes the rest", "pages_taken"),
    (CHIP, "    presence: required", "    presence: allowed", "", "no protocol is required", "one"),
    (ACCEPTANCE, "from_books: 3201", "from_books: 3301", "lot_sizes", "3301", "no gap"),
    (f"{E26}/delivery.yaml", "books_per_box: 250", "books_per_box: 260", "packing", "260", "250"),
    (f"{E26}/delivery.yaml", "alarm_stock_days: 120", "alarm_stock_days: 60", "stock_ledger", "60 days", "above 60"),
    (f"{E26}/fingerprints.yaml", "10, 1, 6]", "10, 1, 1]", "capture", "for 10 fingers", "each finger once"),
    (f"{E26}/bid.yaml", "proves: [inspection, program]", "proves: [program]", "", "shown by inspection", "proves"),
    (f"{E26}/series.yaml", "length_digits: 12", "length_digits: 9", "", "passport number", "more than 9"),
    (f"{E26}/durability.yaml", "highest_celsius: 80", "highest_celsius: -30", "thermal_cycling", "below", "lowest"),
]
BETWEEN_PARTS: list[Break] = [
    (f"{E26}/chip.yaml", "algorithm: SHA-256", "algorithm: SHA-384", "algorithm", "not made with SHA-384", "SHA-256"),
    (TYPES, "document_code: PD", "document_code: PX", "types.1.document_form.document_code", "'PX'", "one of ['PD'"),
    (TYPES, "number_prefix: DL", "number_prefix: LA", "types.1.document_form.number_prefix", "'LA'", "its own"),
    (TYPES, *LONG_PREFIX, "types.2.document_form.number_prefix", "'LBX'", "its own"),
    (TYPES, "switched_on: true", "switched_on: false", "types.0.entitlement.switched_on", "ORDINARY", "true"),
    ("passport/editions/2021/booklet.yaml", "type: ORDINARY", "type: PLAIN", "document_type", "'PLAIN'", "ORDINARY"),
    (COVER, "y_mm: 106", "y_mm: 121", "cover_elements.3.box", "126.25 mm", "88 x 125 mm"),
    (COVER, "y_mm: 40", "y_mm: 20", "cover_elements.1.box", "over state_name", "do not overlap"),
    (PAGES, "    pages_taken: 2", "    pages_taken: 28", "page_ranges", "32 pages", "fewer than 32"),
    (PAGES, "width_mm: 125", "width_mm: 120", "page_format", "120 x 88", "125 x 88"),
    (SECURITY, "answers_threats: [T1]", "answers_threats: [T99]", "answers_threats.0", "T99", "T1, T2"),
    (SECURITY, "  - id: binding", "  - id: spine", "by_place.2.id", "'spine'", "one of ['binding'"),
    (SECURITY, "[T2, T3, T6, T7]", "[T2, T3, T6]", "threats.6", "T7 is answered on 1", "two levels"),
    (SECURITY, "  - level: 3", "  - level: 2", "inspection_levels", "[1, 2, 2]", "1, 2 and 3"),
    (TYPES, "blank: book_special", "blank: book_green", "types.2.document_form.blank", "'book_green'", "book_special"),
    (PAGE, "          characters: 30", "          characters: 31", "other_pages.0", "3 x 31", "3 x 30"),
    (PAGE, "y_mm: 18.8", "y_mm: 17.0", "other_pages.0.sides.1.statement.box", "over fields.2", "do not overlap"),
    ("passport/stock.yaml", "first_digits: '85'", "first_digits: '82'", "sheet.first_digits", "card_air", "its own"),
    (CHIP, "memory_kib: 144", "memory_kib: 64", "memory.memory_kib", "65536 bytes", "at least"),
    (CHIP, "  - id: DG3", "  - id: DG2", "reserved_files.0", "DG2", "chip.yaml"),
    (CHIP, "retention_years: 15", "retention_years: 5", "chip_life.data_retention_years", "of 8", "at least 8"),
    (ACCEPTANCE, "defects: 3}", "defects: 2}", "plans.0.reject_defects", "accepts 2 and rejects 2", "3: one more"),
    (ACCEPTANCE, "books: 125, acc", "books: 126, acc", "plans.0.sample_books", "126", "[125, 200"),
    (
        ACCEPTANCE,
        "percent: 0.065",
        "percent: 0.65",
        "acceptable_quality_limit_percent",
        "critical 0.65 %",
        "below 0.65",
    ),
]


@pytest.mark.heavy
@pytest.mark.parametrize("breaks", [IN_ONE_PART, BETWEEN_PARTS], ids=["in one part", "between parts"])
def test_every_contradiction_is_named_at_once_with_file_line_and_remedy(tmp_path: Path, breaks: list[Break]) -> None:
    copy = changed_specification(tmp_path / "specs")
    for file, old, new, *_ in breaks:
        text = (copy / file).read_text("utf-8")
        assert old in text, (file, old)
        (copy / file).write_text(text.replace(old, new, 1), "utf-8")
    found = faults(copy)
    for file, _, _, path, wrong, right in breaks:
        (fault,) = (f for f in found if f.file == file and f.path.endswith(path) and wrong.lower() in f.wrong.lower())
        assert right in fault.right, fault
        key, line = fault.path.rpartition(".")[2], (copy / file).read_text("utf-8").split("\n")[fault.line - 1]
        assert key.isdigit() or key in line, fault
    assert len(found) == len(breaks), found


def test_every_type_of_travel_document_has_holder_issuer_code_and_series(edition: PassportEdition) -> None:
    types = {held.id: held for held in edition.document_types.types}
    assert list(types) == [
        "ORDINARY",
        "DIPLOMATIC",
        "SPECIAL",
        "SERVICE",
        "EMERGENCY",
        "TEMPORARY_REFUGEE",
        "TEMPORARY_STATELESS",
        "SEA_CREW",
        "AIR_CREW",
    ]
    assert [name for name, held in types.items() if held.document_form.issued_by_this_service] == (
        ["ORDINARY"]
        if edition.edition == "2021"
        else [name for name, held in types.items() if held.entitlement.switched_on]
    )
    assert [name for name, held in types.items() if not held.entitlement.switched_on] == ["SERVICE"]
    assert types["SERVICE"].entitlement.legal_reference is None
    for crew in ("SEA_CREW", "AIR_CREW"):  # Decree 678/1986
        assert types[crew].entitlement.older_than_years == 18
        assert types[crew].entitlement.loss_reported_within_hours == 48
    assert types["EMERGENCY"].document_form.validity_days == 14
    assert types["EMERGENCY"].document_form.extendable


def test_codes_are_of_two_letters_from_the_amendment_of_2026_on() -> None:
    def codes(year: str) -> list[str | None]:
        types = SPEC.passport.editions[year].document_types
        return [types.of(name).document_form.document_code for name in ("DIPLOMATIC", "TEMPORARY_REFUGEE")]

    assert codes("2021") == ["P", "P"]
    assert codes("2026") == ["PD", "PR"]


def test_who_may_read_the_chip_changed_between_the_editions() -> None:
    def presence(year: str) -> dict[str, str]:
        return {one.id: one.presence for one in SPEC.passport.editions[year].chip_interface.access_controls}

    assert (presence("2021")["pace"], presence("2021")["bac"]) == ("required", "allowed")
    assert (presence("2026")["pace"], presence("2026")["bac"]) == ("required", "forbidden")


@pytest.mark.parametrize("count", [32, 48, 64])
def test_the_page_plan_gives_every_page_one_use_whatever_the_book_counts(edition: PassportEdition, count: int) -> None:
    plan = edition.page_plan.of_book(count)
    assert [n for _, first, last in plan for n in range(first, last + 1)] == list(range(1, count + 1))
    assert [(held.id, first) for held, first, _ in plan][:2] == [("title_page", 1), ("data_page", 2)]


def test_the_data_page_is_guarded_on_all_three_levels_and_against_photo_substitution(edition: PassportEdition) -> None:
    places = {place.id: place.security_features for place in edition.security.by_place}
    assert {feature.level for feature in places["data_page"]} == {1, 2, 3}
    assert {f.level for f in places["data_page"] if "T2" in f.answers_threats} >= {1, 2}
    microprint = next(feature for feature in places["data_page"] if feature.id == "data_microprint")
    assert microprint.measures is not None
    assert microprint.measures["letter_height_mm"] <= 0.25


def test_the_sampling_plans_are_those_of_the_table(edition: PassportEdition) -> None:
    """ISO 2859-1:1999 Table 2-A, normal inspection: (sample, accept, reject) by code letter K, L, M, N."""
    plans = {
        one.id: [(plan.sample_books, plan.accept_defects, plan.reject_defects) for plan in one.plans]
        for one in edition.acceptance.defect_classes
    }
    assert plans == {
        "critical": [(200, 0, 1), (200, 0, 1), (200, 0, 1), (800, 1, 2)],
        "major": [(125, 2, 3), (200, 3, 4), (315, 5, 6), (500, 7, 8)],
        "minor": [(125, 7, 8), (200, 10, 11), (315, 14, 15), (500, 21, 22)],
    }


@pytest.mark.parametrize("year", EDITIONS)
def test_what_no_program_can_see_is_proved_by_laboratory_inspection_or_declaration(year: str) -> None:
    physical = ("document_types", "materials", "cover", "page_plan", "durability", "security", "chip_interface")
    physical += ("fingerprints", "personalisation", "delivery", "acceptance", "bid")
    drawn = "page_plan.observation_page"  # by this very program
    held = [
        one
        for one in numbered(SPEC, year)
        if one.id.partition(".")[0] in physical and one.clause is not None and one.id != drawn
    ]
    assert {one.proof for one in held} == set(get_args(Proof)) - {"program"}
    assert {one.id.partition(".")[0] for one in held} == set(physical)


@pytest.mark.parametrize("year", EDITIONS)
def test_a_law_is_named_by_number_and_a_default_never_claims_one_alone(year: str) -> None:
    for one in numbered(SPEC, year):
        if one.clause is not None and one.clause.status == "law" and one.file.startswith("passport/"):
            assert any(word in one.clause.source for word in ("Law ", "Decree ", "LIBYA")), one.id
