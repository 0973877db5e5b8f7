"""Which file of a chip is which: known by its name, else by its outer tag. Reads files, judges none of them.

In a folder, what is no chip file is passed over; a file named by its path must be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from issuance.border.chip_record import read_record
from issuance.mrtd.data_groups.com import GROUP_TAGS
from keys.chip_authentication import ChipAuthenticationRecord
from specs.errors import Fault, Invalid
from specs.schema.border import ChipFiles as Limits

_NAME: Final = re.compile(
    r"(?:EF[_. -]?)?(?:(?P<file>COM|SOD|Card[_ -]?Access)|(?:DG|Data[_ ]?group)[_ -]?(?P<group>0?[1-9]|1[0-6]))"
    r"(?:\.(?:bin|dat|ef|der)?)?",
    re.IGNORECASE,
)
_IDENTIFIER: Final = re.compile(r"(?:EF[_.]?)?01(?P<file>0[1-9A-F]|10|1[CDE])(?:\.(?:bin|dat|ef|der))?", re.IGNORECASE)
_RECORD: Final = re.compile(r"aa_(?P<part>challenge|response)\.bin|(?P<session>ca_record)\.json", re.IGNORECASE)
_SOD_TAG, _COM_TAG = 0x77, 0x60
_NAME_OF_TAG: Final = {_COM_TAG: "EF_COM", _SOD_TAG: "EF_SOD", **{t: f"DG{n}" for n, t in GROUP_TAGS.items()}}
_NAME_OF_IDENTIFIER: Final = {
    0x1C: "EF_CardAccess",
    0x1E: "EF_COM",
    0x1D: "EF_SOD",
    **{n: f"DG{n}" for n in range(1, 17)},
}
_HEAD_BYTES: Final = 8
_CLAUSE: Final = "Doc 9303-10 §4.6, table 35"


@dataclass(frozen=True, slots=True)
class Chip:
    """files: `EF_SOD`, `EF_COM`, `EF_CardAccess`, `DG1` to `DG16` -> whole file.

    And what a terminal recorded of the chip's own proofs; active_authentication: (challenge, response).
    """

    files: Mapping[str, bytes]
    active_authentication: tuple[bytes, bytes] | None = None
    chip_authentication: ChipAuthenticationRecord | None = None

    @property
    def groups(self) -> dict[int, bytes]:
        """The data groups by number, in order."""
        held = {int(name[2:]): data for name, data in self.files.items() if name.startswith("DG")}
        return dict(sorted(held.items()))


@dataclass(slots=True)
class _Collected:
    limits: Limits
    files: dict[str, bytes] = field(default_factory=dict)
    record: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    bytes_held: int = 0

    def put(self, into: dict[str, bytes], name: str, data: bytes, path: Path) -> None:
        if name in into:
            self.faults.append(_fault("twice", path, f"{name} stands twice", f"الملف {name} مكرر"))
        into[name] = data

    def bounded(self, data: bytes, path: Path) -> bool:
        """Whether it may be taken besides what is held; a fault where not."""
        self.bytes_held += len(data)
        if len(data) > self.limits.file_maximum_bytes or self.bytes_held > self.limits.all_maximum_bytes:
            self.faults.append(_fault("size", path, "larger than a chip", "أكبر من الشريحة"))
            return False
        return True

    def read(self, path: Path) -> bytes | None:
        """The content, or None with a fault."""
        try:
            if not path.is_file():  # a pipe or a device could keep us for ever
                self.faults.append(_fault("unreadable", path, "no such file", "لا ملف بهذا الاسم"))
                return None
            with path.open("rb") as file:
                data = file.read(self.limits.file_maximum_bytes + 1)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or 'the disk refuses'}"
            self.faults.append(_fault("unreadable", path, reason, "تعذرت قراءة الملف"))
            return None
        return data if self.bounded(data, path) else None


def collect(paths: Sequence[Path], limits: Limits) -> Chip:
    """The chip whose files these are, or lie in these folders.

    Raises `Invalid` naming every file that cannot be read, is none of a chip, or stands there twice: of two candidates
    nobody knows which one the chip holds.
    """
    held = _Collected(limits)
    for path in paths:
        if path.is_dir():
            _take_folder(path, held)
        else:
            _take(path, held, named=True)
    return _whole(held, paths[0] if paths else Path())


def of_files(files: Iterable[tuple[str, bytes]], limits: Limits) -> Chip:
    """The same of files that were sent, by name and content. Raises `Invalid` as `collect`."""
    held = _Collected(limits)
    for count, (name, data) in enumerate(files):
        path = Path(name.replace("/", "_").replace("\\", "_")[:80] or "file")
        if count >= limits.maximum_files:
            held.faults.append(_fault("many", path, "too many files for one chip", "ملفات كثيرة لشريحة واحدة"))
            break
        if held.bounded(data, path):
            _place(path, data, held, named=True)
    return _whole(held, Path())


def _whole(held: _Collected, first: Path) -> Chip:
    if not held.files and not held.faults:
        held.faults.append(_fault("none", first, "no chip files", "لا ملفات شريحة"))
    if held.faults:
        raise Invalid(*held.faults)
    return Chip(held.files, *_records(held.record))


def _records(held: Mapping[str, bytes]) -> tuple[tuple[bytes, bytes] | None, ChipAuthenticationRecord | None]:
    """Raises `Invalid` for half a record and for one that cannot be read."""
    if ("challenge" in held) != ("response" in held):
        words = "challenge and response stand together", "التحدي والجواب يأتيان معًا"
        raise Invalid(_fault("record", Path("aa_response.bin"), *words))
    answer = (held["challenge"], held["response"]) if "challenge" in held else None
    try:
        return answer, read_record(held["ca_record"]) if "ca_record" in held else None
    except (ValueError, RecursionError) as error:
        raise Invalid(_fault("record", Path("ca_record.json"), f"no record: {error}", "ليس سجلًا مقروءًا")) from error


def _take_folder(folder: Path, held: _Collected) -> None:
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        reason = f"cannot be read: {error.strerror or 'the disk refuses'}"
        held.faults.append(_fault("unreadable", folder, reason, "تعذرت قراءة المجلد"))
        return
    if len(paths) > held.limits.maximum_files:
        held.faults.append(_fault("many", folder, "too many files for one chip", "ملفات كثيرة لشريحة واحدة"))
        return
    for path in paths:
        if _named(path.name) or _RECORD.fullmatch(path.name) or _looks_like_one(path):
            _take(path, held, named=False)


def _looks_like_one(path: Path) -> bool:
    """Whether a file of any name begins as one of a chip does; what cannot be read is none."""
    try:
        with path.open("rb") as file:
            return _by_content(file.read(_HEAD_BYTES), path.stat().st_size) is not None
    except OSError:
        return False


def _take(path: Path, held: _Collected, *, named: bool) -> None:
    data = held.read(path)
    if data is not None:
        _place(path, data, held, named=named)


def _place(path: Path, data: bytes, held: _Collected, *, named: bool) -> None:
    """Where a file belongs, by its name and else by its content."""
    if record := _RECORD.fullmatch(path.name):
        held.put(held.record, (record["part"] or record["session"]).lower(), data, path)
    elif name := _named(path.name) or _by_content(data[:_HEAD_BYTES], len(data)):
        held.put(held.files, name, data, path)
    elif named:
        held.faults.append(_fault("kind", path, "no file of a chip", "ليس من ملفات الشريحة"))


def _named(name: str) -> str | None:
    if match := _NAME.fullmatch(name):
        if match["group"]:
            return f"DG{int(match['group'])}"
        file = match["file"].upper()
        return f"EF_{file}" if file in ("COM", "SOD") else "EF_CardAccess"
    if match := _IDENTIFIER.fullmatch(name):
        return _NAME_OF_IDENTIFIER[int(match["file"], 16)]
    return None


def _by_content(data: bytes, size: int) -> str | None:
    """By the outer tag, where its length fits the file: letters and digits of a text are tags as well.

    data: the first bytes of the file, of `size` in all.

    An EF.SOD, whose long length begins no text, may be as broken as it likes: its verdict says how.
    """
    if len(data) < 2:
        return None
    if data[0] == _SOD_TAG and data[1] & 0x80:
        return _NAME_OF_TAG[_SOD_TAG]
    octets = data[1] & 0x7F if data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + octets], "big") if octets else data[1]
    return _NAME_OF_TAG.get(data[0]) if 2 + octets + length == size else None


def _fault(code: str, path: Path, en: str, ar: str) -> Fault:
    return Fault(f"chip.files.{code}", f"{path.name}: {ar}", f"{path.name}: {en}", field=path.name, clause=_CLAUSE)
