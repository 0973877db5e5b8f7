"""`make spec-coverage`: trace tests that issue, encode and verify; write `specs/coverage.json`; say what is open."""

from __future__ import annotations

import sys

import pytest

from issuance.specification.coverage import FILE, read
from specs.load import load
from tests.coverage import gaps

ROOMS = ("documents", "passports", "mrtd", "border", "keys", "jobs", "biometrics")
JUDGES = "tests/unit/specification/test_conform*.py"  # other tests of that room read everything and stand on nothing


def main() -> int:
    """0 when every clause the program is said to keep is used and tested."""
    judges = sorted(path.relative_to(gaps.ROOT).as_posix() for path in gaps.ROOT.glob(JUDGES))
    asked = [*(f"tests/unit/{room}" for room in ROOMS), *judges]
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
