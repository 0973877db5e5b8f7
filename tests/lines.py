"""A printing line for tests: its program, registered at a console or by two security officers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from issuance.core.actor import Actor
from issuance.passports import line_register, lines
from issuance.passports.line_register import Wanted
from issuance.service import Service
from keys.signing import Purpose
from tests.line_program import LineProgram
from tests.passports import duty
from tests.service import CLERK, NOW

SECURITY = duty("security_officer", office="HQ")
SECOND_SECURITY = duty("security_officer", "second security officer", "HQ")


def program(service: Service, folder: Path, name: str, now: datetime = NOW) -> LineProgram:
    """The program of a line with a key of its own, not yet registered."""
    return LineProgram(folder, name, service.keys.signer(Purpose.services_root, now).certificate)


def registered(service: Service, line: LineProgram, office: str = "PTIP", now: datetime = NOW) -> LineProgram:
    """The same with the certificate that a console gives for trials."""
    line_register.register_line(service, CLERK, Wanted(line.name, office, line.public_key()), now)
    return certified(service, line)


def by_two(service: Service, line: LineProgram, office: str = "PTIP", now: datetime = NOW) -> LineProgram:
    """The same as two security officers do it."""
    approval = asked(service, line, office, now)
    line_register.approve_line(service, SECOND_SECURITY, approval, "the digest is the line's", now)
    return certified(service, line)


def asked(service: Service, line: LineProgram, office: str = "PTIP", now: datetime = NOW, by: Actor = SECURITY) -> str:
    return line_register.ask_line(service, by, Wanted(line.name, office, line.public_key()), "a new line", now)


def certified(service: Service, line: LineProgram) -> LineProgram:
    line.certified(lines.certificate(service, SECURITY, line.name))
    return line
