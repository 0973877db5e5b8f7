"""Published shapes of certificates: papers and requests, the officers' way, many at once."""

from __future__ import annotations

from issuance.certificates.schemas import bulk, officers, papers

DOCUMENTS = (*papers.DOCUMENTS, *officers.DOCUMENTS, *bulk.DOCUMENTS)
ROUTES = papers.ROUTES | officers.ROUTES | bulk.ROUTES
COMMANDS = papers.COMMANDS | officers.COMMANDS | bulk.COMMANDS
