"""The chip as hardware and who may read it (`.../editions/<edition>/chip_interface.yaml`).

What is written to the chip stands in chip.yaml and is this program's work; here stands what the maker of the chip
delivers: radio interface, memory, access control, files kept for later, locking, life.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.chip import Chip


class RadioInterface(Clause):
    standard: Words
    signal_type: Bilingual
    frequency_megahertz: float = Field(gt=0)
    bit_rates_kilobits: list[int] = Field(min_length=1)
    read_seconds: float = Field(gt=0)
    position: Bilingual
    identifier: Bilingual


class Antenna(Clause):
    antenna_class: Literal["Class 1", "Class 2"]
    reading_distance_mm: float = Field(ge=0, le=100)
    position_tolerance_mm: float = Field(gt=0)


class Memory(Clause):
    memory_kib: int = Field(gt=0, le=1024)
    file_system_bytes: int = Field(ge=0)
    certified: Bilingual
    write_cycles: int = Field(gt=0)


class AccessControl(Clause):
    """One protocol. `required` by every chip, `allowed` beside it for older readers, or `forbidden`."""

    id: Literal["pace", "bac", "extended_access_control"]
    title: Bilingual
    presence: Literal["required", "allowed", "forbidden"]
    presence_named: Bilingual
    parameter_ids: list[int] | None = None
    protocols: list[Words] | None = None
    password: Bilingual | None = None


class ReservedFile(Clause):
    """A file this edition leaves room for and does not write."""

    id: Words = Field(pattern=r"^(CardAccess|DG([1-9]|1[0-6]))$")
    title: Bilingual
    file_id_hex: Words = Field(pattern=r"^[0-9A-F]{4}$")
    maximum_bytes: int = Field(gt=0)
    state_of_use: Bilingual


class WriteLock(Clause):
    transport_key: Bilingual
    after_writing: Bilingual


class ChipLife(Clause):
    data_retention_years: int = Field(gt=0)
    read_cycles: int = Field(gt=0)


class ChipInterface(Part):
    """What the chip is, for its maker."""

    radio: RadioInterface
    antenna: Antenna
    memory: Memory
    access_controls: list[AccessControl] = Field(min_length=2)
    reserved_files: list[ReservedFile]
    write_lock: WriteLock
    chip_life: ChipLife

    @model_validator(mode="after")
    def _one_is_required(self) -> ChipInterface:
        names = [held.id for held in self.access_controls]
        if len(set(names)) != len(names):
            raise ValueError("a protocol stands twice -> each once")
        if not any(held.presence == "required" for held in self.access_controls):
            raise ValueError("no protocol is required -> one: a chip is not read without the holder's page")
        for held in self.access_controls:
            if held.id == "pace" and held.presence != "forbidden" and not held.parameter_ids:
                raise ValueError("PACE without domain parameters -> `parameter_ids:` of Doc 9303-11")
        return self


def chip_interface_faults(file: str, interface: ChipInterface, chip: Chip, years: int) -> CrossCheck:
    """Reserved files are not written ones; all of it fits the memory; the chip outlives the longest passport."""
    written = {held.name: held.file_id_hex for held in chip.files}
    for i, held in enumerate(interface.reserved_files):
        if held.id in written or held.file_id_hex in written.values():
            wrong = f"{held.id} ({held.file_id_hex}) is written by this edition"
            yield CrossFault(file, ("reserved_files", i), wrong, "a file that chip.yaml does not list")
    sizes = [held.maximum_bytes for held in chip.files] + [held.maximum_bytes for held in interface.reserved_files]
    needed, room = sum(sizes) + interface.memory.file_system_bytes, interface.memory.memory_kib * 1024
    if needed > room:
        right = f"at least {-(-needed // 1024)} KiB"
        yield CrossFault(file, ("memory", "memory_kib"), f"{needed} bytes in {room} bytes", right)
    pace = next((one for one in interface.access_controls if one.id == "pace"), None)
    if (said := chip.security_options) is not None and (
        pace is None
        or said.pace_protocol not in (pace.protocols or ())
        or said.pace_parameter_id not in (pace.parameter_ids or ())
    ):
        wrong = f"the chip says {said.pace_protocol} over parameters {said.pace_parameter_id}"
        yield CrossFault(file, ("access_controls",), wrong, "a protocol and parameters of `pace` (chip_interface.yaml)")
    if (held_years := interface.chip_life.data_retention_years) < years:
        path = ("chip_life", "data_retention_years")
        yield CrossFault(file, path, f"{held_years} years, for passports of {years}", f"at least {years} years")
