"""`issuance inspect page`: files in, the published answer out, one exit code for all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pages import drawn
from tests.service import changed_specification, console
from tests.unit.border.reading.test_repair import TD2, TD3


@pytest.mark.slow
def test_pages_are_read_from_files_and_what_is_no_page_is_said(tmp_path: Path) -> None:
    specs = changed_specification(tmp_path / "specs", ("border/reading.yaml", "niceness: 10", "niceness: 0"))
    passport, card, text = tmp_path / "passport.png", tmp_path / "card.png", tmp_path / "text.png"
    passport.write_bytes(drawn(TD3))
    card.write_bytes(drawn(TD2))
    text.write_text("no picture")
    (tmp_path / "trust").mkdir()
    trust = ("--trust", tmp_path / "trust")
    done = console("inspect", "page", passport, *trust, "--json", specs=specs)
    one = json.loads(done.stdout)
    assert (done.returncode, one["status"], one["lines"]) == (0, "verified", list(TD3)), done.stderr
    done = console("inspect", "page", passport, card, text, tmp_path / "none", *trust, "--json", specs=specs)
    pages = json.loads(done.stdout)["pages"]
    assert done.returncode == 2
    assert [page["status"] for page in pages] == ["verified", "verified", "unreadable", "unreadable"]
    assert pages[1]["lines"] == list(TD2)
    assert [error["code"] for page in pages[2:] for error in page["errors"]] == ["unreadable", "file"]
    shown = console("inspect", "page", card, *trust, specs=specs)
    assert shown.returncode == 0 and TD2[1] in shown.stdout
