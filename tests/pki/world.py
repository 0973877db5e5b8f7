"""A world of States, keys, lists and one chip or seal, declared in `worlds/*.yaml` and made anew at test start.

A file that is `like` another says only what differs from it. Nothing made here is kept: no key lies in the tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.pki.certificates import Holder, build_certificates, build_revocation_list, moment
from tests.pki.chip import build_groups, com
from tests.pki.deviation_list import build_deviation_list
from tests.pki.seal import build_seal
from tests.pki.security_object import build_security_object
from tests.pki.session import recorded

WORLDS = Path(__file__).parent / "worlds"


@dataclass(frozen=True)
class World:
    """files: chip files by name (`EF_SOD`, `DG1`), or a seal; trusted, crls: DER; expected: the declared verdict.

    recorded: files of what a terminal wrote down of the chip's own proofs.
    """

    name: str
    broken: str
    at: datetime
    files: Mapping[str, bytes]
    trusted: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    expected: Mapping[str, Any]
    holders: Mapping[str, Holder]
    seal: bytes | None = None
    recorded: Mapping[str, bytes] = field(default_factory=dict)
    deviation_lists: tuple[bytes, ...] = ()


def names() -> list[str]:
    """Every world that is declared."""
    return sorted(path.stem for path in WORLDS.glob("*.yaml"))


@lru_cache(maxsize=64)
def declared(name: str) -> Mapping[str, Any]:
    """The declaration of a world with what it is `like` filled in."""
    own = yaml.safe_load((WORLDS / f"{name}.yaml").read_text("utf-8"))
    model = own.pop("like", None)
    return own if model is None else _merged(declared(model), own)


def _merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; any other value replaces; an explicit null takes away."""
    out = {key: value for key, value in base.items() if key not in change or change[key] is not None}
    for key, value in change.items():
        if isinstance(value, Mapping) and isinstance(out.get(key), Mapping):
            out[key] = _merged(out[key], value)
        elif value is not None:
            out[key] = value
    return out


@lru_cache(maxsize=64)
def build(name: str) -> World:
    """The world of that name."""
    told = declared(name)
    holders = build_certificates(told["certificates"])
    return World(
        name=name,
        broken=told["broken"],
        at=moment(told["inspected_at"]),
        files=_chip(told["chip"], holders) if "chip" in told else {},
        seal=build_seal(told["seal"], holders) if "seal" in told else None,
        trusted=tuple(holders[n].der for n in told["trusted"]),
        crls=tuple(build_revocation_list(entry, holders) for entry in (told.get("revocation_lists") or {}).values()),
        deviation_lists=tuple(
            build_deviation_list(entry, holders) for entry in (told.get("deviation_lists") or {}).values()
        ),
        expected=told["expected"],
        holders=holders,
        recorded=recorded(told.get("chip", {})),
    )


def _chip(chip: Mapping[str, Any], holders: Mapping[str, Holder]) -> dict[str, bytes]:
    """The files by name."""
    groups = build_groups(chip)
    sod = build_security_object(chip["security_object"], groups, holders)
    listed = [n for n in groups if n not in chip["security_object"].get("without", ())]
    files = {"EF_SOD": sod, "EF_COM": com(chip.get("com", listed))}
    files |= {f"DG{n}": data for n, data in groups.items() if n not in chip.get("unread", ())}
    for altered in chip.get("altered", ()):
        data = files[altered]
        files[altered] = data[:-1] + bytes((data[-1] ^ 1,))
    return files
