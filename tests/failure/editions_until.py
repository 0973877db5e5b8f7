"""What the process does that dies while an edition is approved, signed and published (`test_editions_killed`)."""

from __future__ import annotations

import os
import signal
import warnings
from importlib import import_module
from pathlib import Path

from issuance.service import open_service
from issuance.specification import drafts
from issuance.specification.views import draft
from tests.service import NOW, settings
from tests.unit.specification.drafting import approver


def approve_until(home: str, url: str, keys: str, draft_id: str, point: str) -> None:
    """Open the installation and give the second approval; calling `point` (`module:name`) is the end."""
    warnings.simplefilter("ignore")
    service = open_service(settings(Path(home), url, keys_directory=Path(keys)), lambda: NOW)
    module, _, name = point.partition(":")
    setattr(import_module(module), name, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
    shown = draft(service, approver("second"), draft_id)
    drafts.approve(service, approver("second"), draft_id, shown.digest, "صحيح", NOW)
