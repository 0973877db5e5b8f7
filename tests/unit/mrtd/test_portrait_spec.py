"""Faults in the chip and portrait parts of a copied specification are named with what would be right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from specs.load import SHIPPED, faults, load

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize(
    ("file", "old", "new", "wrong"),
    [
        ("portrait", "maximum_bytes: 20000", "maximum_bytes: 24000", "24000 bytes do not fit DG2 of 24000 bytes"),
        ("portrait", "width_px: 413", "width_px: 500", "chip_image 500 x 531 distorts the face"),
        ("portrait", "target_share: 0.75", "target_share: 0.85", "the target is outside its limits"),
        ("portrait", "format: JPEG2000", "format: WEBP", "'WEBP'"),
        (
            "chip",
            "image_formats: [JPEG2000, JPEG]",
            "image_formats: [JPEG]",
            "JPEG2000 is no format of the face record",
        ),
        ("chip", "name: DG12", "name: DG11", "name DG11 stands twice"),
        ("chip", "file_id_hex: 010C", "file_id_hex: 010B", "file id 010B stands twice"),
        ("chip", "name: SOD", "name: DG13", "SOD is not required"),
        ("chip", "name: DG15", "name: DG13", "DG15 stands there without what it says"),
        ("chip", "pace_parameter_id: 12", "pace_parameter_id: 8", "GM-AES-CBC-CMAC-128 over parameters 8"),
        ("chip", "'0108'", "108", "108"),
    ],
)
def test_a_fault_is_found_in_a_copied_specification(tmp_path: Path, file: str, old: str, new: str, wrong: str) -> None:
    root = tmp_path / "specs"
    shutil.copytree(SHIPPED, root, ignore=shutil.ignore_patterns("*.py", "__pycache__", "schema"))
    path = root / "passport" / "editions" / "2026" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(wrong in fault.wrong for fault in faults(root)), faults(root)


def test_the_editions_differ_in_what_proves_the_chip_alone() -> None:
    first, second = (load().passport.editions[year] for year in ("2021", "2026"))
    proofs = ("DG14", "DG15", "CardAccess")
    files = [file for file in second.chip.files if file.name not in proofs]
    rest = {"files": files, "security_options": None, "active_authentication": None}
    assert first.chip == second.chip.model_copy(update=rest)
    assert first.portrait == second.portrait


def test_file_identifiers_are_those_of_the_standard() -> None:
    # Doc 9303-10: data groups 0101 to 0110 in order, COM 011E, SOD 011D; EF.CardAccess 011C in the master file.
    for file in load().passport.editions["2026"].chip.files:
        expected = {"COM": 0x11E, "SOD": 0x11D, "CardAccess": 0x11C}.get(file.name, 0x100 + (file.number or 0))
        assert int(file.file_id_hex, 16) == expected
