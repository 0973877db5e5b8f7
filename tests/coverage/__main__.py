"""`make spec-coverage`: trace tests that issue, encode and verify; write `specs/coverage.json`; say what is open."""

from __future__ import annotations

import sys

import pytest

from issuance.specification.coverage import FILE, read
from specs.load import load
from tests.coverage import gaps

TRACED = tuple(
    f"tests/unit/{room}" for room in ("documents", "passports", "mrtd", "border", "keys", "jobs", "specification")
)


def main() -> int:
    """0 when every clause the program is said to keep is used and tested."""
    asked = [place for place in TRACED if (gaps.ROOT / place).is_dir()]
    how = ["-q", "-m", "not slow and not browser and not bench", "-p", "no:cacheprovider", "-W", "ignore"]
    ended = pytest.main([*how, "-p", "tests.coverage.plugin", "--spec-coverage", str(FILE), *asked])
    spec, held = load(), read(FILE)
    open_ = [*gaps.orphans(spec, held), *gaps.said_by_people(spec, held)]
    for line in open_:
        print(line)
    values = [*gaps.unread(spec, held)]
    print(f"{len(held)} clauses and headings; orphans: {len(open_)}; values that no code reads: {len(values)}")
    for line in values:
        print(f"  {line}")
    return int(ended) or bool(open_)


if __name__ == "__main__":
    sys.exit(main())
