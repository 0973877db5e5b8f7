"""How blank books travel and are accounted for (`.../editions/<edition>/delivery.yaml`): no book without a place."""

from __future__ import annotations

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part


class Packing(Clause):
    """Books lie in number order; a box holds one unbroken range."""

    books_per_packet: int = Field(gt=0)
    packets_per_box: int = Field(gt=0)
    books_per_box: int = Field(gt=0)
    boxes_per_pallet: int = Field(gt=0)
    range_rule: Bilingual
    box_label: Bilingual

    @model_validator(mode="after")
    def _whole_packets(self) -> Packing:
        whole = self.books_per_packet * self.packets_per_box
        if whole != self.books_per_box:
            raise ValueError(f"{self.books_per_box} books in a box of {self.packets_per_box} packets -> {whole}")
        return self


class BoxSeals(Clause):
    seals_per_box: int = Field(ge=1)
    seal_kind: Bilingual
    seal_check: Bilingual


class StorageClimate(Clause):
    lowest_celsius: float
    highest_celsius: float
    greatest_humidity_percent: float = Field(gt=0, le=100)
    shelf_life_years: int = Field(gt=0)


class Transport(Clause):
    escort: Bilingual
    notice_hours: int = Field(gt=0)
    tracking: Bilingual
    largest_consignment: int = Field(gt=0)


class Receipt(Clause):
    receivers: int = Field(ge=2)
    counted_within_hours: int = Field(gt=0)
    procedure: Bilingual
    missing_book: Bilingual


class StockLedger(Clause):
    count_every_days: int = Field(gt=0)
    alarm_stock_days: int = Field(gt=0)
    reserve_days: int = Field(gt=0)
    ledger: Bilingual

    @model_validator(mode="after")
    def _alarm_in_time(self) -> StockLedger:
        if self.alarm_stock_days <= self.reserve_days:
            raise ValueError(
                f"the alarm at {self.alarm_stock_days} days comes with the reserve -> above {self.reserve_days} days"
            )
        return self


class Destruction(Clause):
    witnesses: int = Field(ge=2)
    greatest_particle_mm: float = Field(gt=0)
    method_of_destruction: Bilingual
    certificate_of_destruction: Bilingual
    within_days: int = Field(gt=0)


class MakerSecurity(Clause):
    production_site: Bilingual
    waste: Bilingual
    surplus: Bilingual


class Delivery(Part):
    """From the printer's line to the office's safe, and to the shredder."""

    maker_security: MakerSecurity
    packing: Packing
    box_seals: BoxSeals
    storage_climate: StorageClimate
    transport: Transport
    receipt: Receipt
    stock_ledger: StockLedger
    destruction: Destruction
