"""How the tests hold a ceremony: who is there, a clock that ticks, and what the transcript says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from keys.ceremonies.actions import Room
from keys.ceremonies.run import run_ceremony
from keys.ceremonies.transcript import LINES, Transcript
from specs.load import SHIPPED, load_ceremony
from specs.schema.ceremonies import Ceremony, Step
from tests.unit.keys.conftest import NOW

AFTER = NOW + timedelta(minutes=1)  # the first keys are made at NOW
PRESENT = {"leader": ["L-1"], "key_custodian": ["K-1", "K-2"], "witness": ["W-1", "W-2"]}


def everybody(step: Step, role: str) -> list[str]:
    return PRESENT[role]


def ticking(start: datetime = AFTER) -> Callable[[], datetime]:
    seconds = count()
    return lambda: start + timedelta(seconds=next(seconds))


def ceremony(name: str) -> tuple[Ceremony, bytes]:
    path = SHIPPED / "pki" / "ceremonies" / f"{name}.yaml"
    return load_ceremony(path), path.read_bytes()


def run(name: str, room: Room, directory: Path, at: datetime = AFTER, **values: str) -> Transcript:
    room.values = values
    held, data = ceremony(name)
    return run_ceremony(held, data, room, PRESENT, everybody, directory, ticking(at))


def events(transcript: Transcript) -> list[str]:
    return [entry["event"] for entry in transcript.entries()]


def lines(directory: Path) -> list[Any]:
    return [json.loads(line) for line in (directory / LINES).read_bytes().splitlines()]
