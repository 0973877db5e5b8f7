"""Published shapes of the case register: files, moves, lists, and what goes in and out in bulk."""

from __future__ import annotations

from issuance.cases.schemas import exchange, files, lists, moves

DOCUMENTS = (*files.DOCUMENTS, *moves.DOCUMENTS, *lists.DOCUMENTS, *exchange.DOCUMENTS)
ROUTES = files.ROUTES | moves.ROUTES | lists.ROUTES | exchange.ROUTES
COMMANDS = files.COMMANDS | moves.COMMANDS | lists.COMMANDS | exchange.COMMANDS
