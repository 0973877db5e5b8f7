"""`issuance mrz`: one JSON value a line in, one a line out, whatever comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from issuance.cli.mrz import app

GOOD = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]


def answers(command: str, *lines: str | bytes) -> list[Any]:
    data = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n"
    result = CliRunner().invoke(app, [command, "--jsonl"], input=data)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_check_answers_with_exactly_the_contract() -> None:
    (answer,) = answers("check", json.dumps({"lines": GOOD}))
    assert answer == {
        "valid": True,
        "format": "TD3",
        "fields": {
            "document_code": "P",
            "issuer": "UTO",
            "name": "ERIKSSON, ANNA MARIA",
            "surname": "ERIKSSON",
            "given": "ANNA MARIA",
            "document_number": "L898902C3",
            "nationality": "UTO",
            "birth_date": "740812",
            "sex": "F",
            "expiry_date": "120415",
            "optional": "ZE184226B",
            "composite": "0",
        },
        "errors": [],
        "warnings": [],
    }


BAD = [
    *(b"", b"x", b"[]", b"3", b"null", b'"a"', b"{}", b"NaN", b"\xff\xfe", b"[" * 20_000, b"9" * 10_000),
    *(b'{"lines":3}', b'{"lines":[1]}', b'{"lines":{}}', b'{"lines":["\\ud800"]}'),
    *(b'{"lines":["' + b"A" * 200_000 + b'"]}', b'{"format":"TD3","\\ud800":1}'),
]


@pytest.mark.parametrize("command", ["check", "build", "transliterate"])
def test_every_bad_line_gets_its_own_answer_and_the_next_is_still_read(command: str) -> None:
    found = answers(command, *BAD, json.dumps({"lines": GOOD}))
    assert len(found) == len(BAD) + 1
    for answer in found[:-1]:
        assert answer["errors"] and all(set(e) == {"field", "code", "message"} for e in answer["errors"])
        if command == "check":
            assert answer["valid"] is False
    assert command != "check" or found[-1]["valid"] is True


def test_build_reads_what_check_wrote() -> None:
    (read,) = answers("check", json.dumps({"lines": GOOD}))
    (built,) = answers("build", json.dumps({"format": read["format"], **read["fields"]}))
    assert built == {"lines": GOOD, "truncated": False}


def test_transliterate_writes_the_scheme_or_says_why_not() -> None:
    good, bad = answers("transliterate", '{"text": "محمد"}', '{"text": "محمد٣"}')
    assert good == {"mrz": "MXHMD"}
    assert [(e["field"], e["code"]) for e in bad["errors"]] == [("text", "digits")]


def test_people_use_arguments_and_exit_codes() -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["check", *GOOD]).exit_code == 0
    wrong = runner.invoke(app, ["check", GOOD[0], GOOD[1][:-1] + "1"])
    assert wrong.exit_code == 1 and "composite" in wrong.output
    assert runner.invoke(app, ["check"], input="\n".join(GOOD)).exit_code == 0
    assert json.loads(runner.invoke(app, ["check", "--json", *GOOD]).stdout)["valid"] is True
    assert runner.invoke(app, ["transliterate", "فاطمة"]).stdout.strip() == "FAXTTMXAH"
    assert runner.invoke(app, ["transliterate", "٣"]).exit_code == 1
    fields = ["document_code=PP", "issuer=LBY", "surname=Zawi", "given=Ali", "document_number=LB2222222"]
    fields += ["nationality=LBY", "birth_date=900517", "sex=M", "expiry_date=341121"]
    built = runner.invoke(app, ["build", "TD3", *(part for field in fields for part in ("-f", field))])
    assert built.exit_code == 0 and built.stdout.startswith("PPLBYZAWI<<ALI<<<")
    assert runner.invoke(app, ["build", "TD3"]).exit_code == 1
