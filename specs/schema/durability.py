"""What a finished book must endure (`.../editions/<edition>/durability.yaml`), by the methods of ISO/IEC 18745-1.

All of it is proved by the report of an accredited laboratory. One model a shape of test: each says only what it needs.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words


class UseProfile(Clause):
    """How long and how hard a book is used: the row of the use classes that the tests below stand for."""

    service_life_years: int = Field(ge=4, le=15)
    use_class: Bilingual
    after_every_test: Bilingual


class DurabilityTest(Clause):
    method: Words
    sample_books: int = Field(gt=0)


class CyclicTest(DurabilityTest):
    """A movement repeated."""

    cycles: int = Field(gt=0)
    movement: Bilingual
    limit: Bilingual


class LoadedCyclicTest(CyclicTest):
    load_newtons: float = Field(gt=0)


class PullTest(DurabilityTest):
    force_newtons: float = Field(gt=0)
    hold_seconds: float = Field(gt=0)
    limit: Bilingual


class ClimateTest(DurabilityTest):
    """Lowest and highest air temperature of one cycle, with the relative humidity of the warm part."""

    lowest_celsius: float = Field(ge=-60)
    highest_celsius: float = Field(le=120)
    humidity_percent: float = Field(ge=0, le=100)
    stage_hours: float = Field(gt=0)
    cycles: int = Field(gt=0)
    limit: Bilingual

    @model_validator(mode="after")
    def _ordered(self) -> ClimateTest:
        if self.highest_celsius < self.lowest_celsius:
            raise ValueError("the highest temperature is below the lowest -> lowest_celsius <= highest_celsius")
        return self


class LightTest(DurabilityTest):
    source_of_light: Bilingual
    blue_wool_level: int = Field(ge=1, le=8)
    limit: Bilingual


class ChemicalTest(DurabilityTest):
    reagents: list[Bilingual] = Field(min_length=3)
    contact_minutes: int = Field(gt=0)
    limit: Bilingual


class ImpactTest(DurabilityTest):
    impacts: int = Field(gt=0)
    energy_joules: float = Field(gt=0)
    limit: Bilingual


class RadiationTest(DurabilityTest):
    dose_grays: float = Field(gt=0)
    limit: Bilingual


class FieldTest(DurabilityTest):
    field_millitesla: float = Field(gt=0)
    limit: Bilingual


class Durability(Part):
    """Every test of one edition."""

    use_profile: UseProfile
    book_bending: LoadedCyclicTest
    dynamic_bending: CyclicTest
    torsion: CyclicTest
    sheet_turning: CyclicTest
    sheet_pull: PullTest
    data_page_pull: PullTest
    thermal_cycling: ClimateTest
    storage_temperature: ClimateTest
    operating_climate: ClimateTest
    light: LightTest
    abrasion: LoadedCyclicTest
    chemicals: ChemicalTest
    stamp_impact: ImpactTest
    pen_pressure: PullTest
    x_rays: RadiationTest
    magnetic_field: FieldTest
