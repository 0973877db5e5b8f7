"""The console command `issuance`. Each group is a module of its own; heavy imports happen inside the commands."""

from __future__ import annotations

import typer

from issuance.cli import (
    audit,
    biometrics,
    border,
    cases,
    certificates,
    demo,
    fees,
    inspect,
    installation,
    keys,
    mrz,
    offices,
    passports,
    people,
    spec,
    staff,
    trust,
)
from issuance.cli.verify import verify

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold names and numbers of people
    help="منظومة إصدار جواز السفر الليبي وشهادة الحالة الجنائية / Libyan passport and certificate issuance",
)
app.add_typer(spec.app, name="spec")
app.add_typer(mrz.app, name="mrz")
app.add_typer(people.app, name="people")
app.add_typer(passports.app, name="passports")
app.add_typer(biometrics.app, name="biometrics")
app.add_typer(certificates.app, name="certificates")
app.add_typer(cases.app, name="cases")
app.add_typer(fees.app, name="fees")
app.add_typer(staff.app, name="staff")
app.add_typer(offices.app, name="offices")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(inspect.app, name="inspect")
app.add_typer(border.app, name="border")
app.add_typer(trust.app, name="trust")
app.command()(verify)
app.command()(demo.demo)
app.command()(installation.init)
app.command()(installation.run)
app.command()(installation.sweep)
