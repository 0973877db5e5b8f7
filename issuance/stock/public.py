"""What other domains may ask of the stock of blanks. Writes take the caller's transaction: rows and audit only."""

from __future__ import annotations

from issuance.stock.blanks import destroy, draw, freeze, give_back, spoil, unfreeze
from issuance.stock.facts import Balance, Fate, Movement
from issuance.stock.look import balances, fate, frozen, numbers_at, of_passport, usable
from issuance.stock.tied import drawn_for_several, printed, tied, tied_to

__all__ = [
    "Balance",
    "Fate",
    "Movement",
    "balances",
    "destroy",
    "draw",
    "drawn_for_several",
    "fate",
    "freeze",
    "frozen",
    "give_back",
    "numbers_at",
    "of_passport",
    "printed",
    "spoil",
    "tied",
    "tied_to",
    "unfreeze",
    "usable",
]
