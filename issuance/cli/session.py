"""What a command works with: the installation of the environment's settings, opened and closed round the command."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from issuance.cli.output import typed_errors
from specs.errors import Fault, Invalid, NotAllowed, Unavailable

if TYPE_CHECKING:
    from issuance.core.actor import Actor
    from issuance.service import Service

MAX_INPUT_BYTES = 16 * 1024 * 1024


@contextmanager
def opened(as_json: bool, name: str) -> Iterator[tuple[Service, Actor]]:
    """(service, actor) for the person at this console; typed errors leave as text or JSON. name: for the audit."""
    from issuance.core.actor import system
    from issuance.core.settings import read_settings
    from issuance.jobs.trail import write_trail_checkpoint
    from issuance.service import open_service

    warnings.filterwarnings("ignore", message="private keys are files")  # `init` and `run` say it once
    with typed_errors(as_json):
        settings = read_settings()
        if not settings.home.exists():
            raise Unavailable(
                Fault(
                    code="cli.no_installation",
                    field="ISSUANCE_HOME",
                    ar="لا توجد منظومة هنا؛ ابدأ بالأمر issuance init",
                    en="there is no installation here; begin with `issuance init`",
                )
            )
        service = open_service(settings)
        try:
            yield service, system(f"console:{name}")
            write_trail_checkpoint(service)
        finally:
            service.close()


@contextmanager
def acting(as_json: bool, name: str, account: str | None, *, officer: bool = False) -> Iterator[tuple[Service, Actor]]:
    """The console itself, or the officer who signs in here for this one command with the password of their account
    (asked for, or in `OFFICER_PASSWORD`). officer: it takes one."""
    with opened(as_json, name) as (service, actor):
        if account is None and officer:
            words = (
                "الطرفية ليست شخصاً بعينه؛ سجل الدخول بحساب ضابط: --as",
                "a console is nobody in particular: sign in as an officer with --as",
            )
            raise NotAllowed(Fault("cli.passports.nobody", *words, field="--as", clause="docs/passport-office.md"))
        if account is None:
            yield service, actor
            return
        from issuance.staff.sign_in import sign_in, sign_out

        given = os.environ.get("OFFICER_PASSWORD", "")
        password = given or typer.prompt("كلمة المرور / password", hide_input=True, err=True)
        session, token = sign_in(service.db, account, password, service.spec.staff_access, service.clock())
        try:
            yield service, session.actor
        finally:
            sign_out(service.db, token, service.clock())


def read_bytes(path: Path, field: str) -> bytes:
    """The content of a file a person named, bounded. Raises `Invalid` naming `field`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_INPUT_BYTES + 1)
    except OSError as error:
        raise Invalid(
            Fault(
                code="cli.unreadable",
                field=field,
                ar=f"تعذرت قراءة الملف: {path}",
                en=f"the file cannot be read: {path}: {error.strerror}",
            )
        ) from error
    if len(content) > MAX_INPUT_BYTES:
        words = "الملف كبير جداً", f"more than {MAX_INPUT_BYTES} bytes"
        raise Invalid(Fault("cli.too_large", *words, field=field))
    return content


def read_json(path: Path, field: str) -> Any:
    """The JSON in a file a person named. Raises `Invalid` naming `field` and the line."""
    try:
        return json.loads(read_bytes(path, field))
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Invalid(
            Fault(code="cli.not_json", field=field, ar=f"ليس ملف JSON سليماً{where}", en=f"not well-formed JSON{where}")
        ) from error
