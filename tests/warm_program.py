"""Imported once by the server that `tests.warm` forks from: everything a command imports, and the specification."""

import issuance.api.app
import issuance.cli.main
import issuance.service  # noqa: F401
from specs.load import load
from tests import passwords

load()
passwords.hash_cheaply()
