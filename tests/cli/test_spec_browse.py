"""The console finds a clause and reads it, in two languages and as JSON."""

from __future__ import annotations

import json

from typer.testing import CliRunner, Result

from issuance.cli.main import app


def spec(*words: str) -> Result:
    return CliRunner().invoke(app, ["spec", *words])


def test_a_search_lists_clauses_by_number_title_and_id() -> None:
    found = json.loads(spec("search", "تاريخ", "الاصدار", "--json").stdout)
    assert found["edition"] == "2026"
    assert "data_page.fields.issued_on" in [one["id"] for one in found["found"]]
    assert found["count"] == len(found["found"])
    assert "data_page.fields.issued_on" in spec("search", "date of issue", "--lang", "en").stdout


def test_a_clause_is_read_with_its_values_and_what_stands_on_it() -> None:
    read = json.loads(spec("clause", "mrz.document_code", "--edition", "2021", "--json").stdout)
    assert [value["value"] for value in read["values"]] == ["P"]
    assert "issuance.passports.document_form:form_of" in read["code"]
    assert read["tests"]
    shown = spec("clause", "booklet.closed_size", "--lang", "en").stdout
    assert "125 ± 0.75 mm" in shown


def test_an_unknown_edition_or_clause_is_refused_with_what_there_is() -> None:
    unknown = spec("clause", "mrz.document_code", "--edition", "1999", "--json")
    assert unknown.exit_code == 1
    assert json.loads(unknown.stdout)["faults"][0]["code"] == "specification.edition"
    unknown = spec("clause", "no.such", "--json")
    assert (unknown.exit_code, json.loads(unknown.stdout)["faults"][0]["field"]) == (1, "clause")
