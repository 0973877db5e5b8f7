"""`Idempotency-Key` on creating calls: the same key and request give the stored answer, another request a 409."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Header
from fastapi.responses import Response

from issuance.api.version import etag
from issuance.core import idempotency
from issuance.core.actor import Actor
from issuance.core.idempotency import Answer, Claim

if TYPE_CHECKING:
    from issuance.service import Service

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Chosen by the caller, new for each document wanted; a repeated call is answered from the store.",
        examples=["0b6f6f3e-6a0f-4f0e-9d0a-2f6f1f0e7c11"],
    ),
]


@dataclass(frozen=True, slots=True)
class Call:
    """key: None when the caller sent none; route: method and path; sent: what makes two calls equal, JSON or bytes."""

    key: str | None
    route: str
    sent: Sequence[Any]


def once(
    service: Service,
    actor: Actor,
    call: Call,
    work: Callable[[str | None], dict[str, Any]],
    *,
    named_by: str = "number",
    waits_at: str | None = None,
) -> Response:
    """201 with what `work` made and its `Location`, or the stored answer. Raises `Conflict` and what `work` raises.

    waits_at: where that stands which `work` only began (its answer has an `id` and no `number` yet): 202.

    `work` receives the id of the request, the same when it is taken over after a crash, None without a key.
    named_by: the member of the answer that ends its address; a `version` in the answer becomes its `ETag`.
    """

    def answered(claimed: Claim | None = None) -> Answer:
        made = work(claimed.request_id if claimed is not None else None)
        begun = waits_at is not None and made.get(named_by) is None
        return Answer(202 if begun else 201, "application/json", json.dumps(made, ensure_ascii=False).encode())

    if call.key is None:
        answer = answered()
    else:
        asked = idempotency.Request(call.key, call.route, _one_text(call.sent))
        answer = idempotency.once(service.db, actor, asked, service.spec.staff_access.idempotency, answered)
    made = json.loads(answer.body)
    begun = answer.status == 202
    address = f"{waits_at}/{made['id']}" if begun else f"{call.route.partition(' ')[2]}/{made[named_by]}"
    headers = {"Location": address}
    if "version" in made:
        headers |= etag(made["version"])
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, answer.status, headers=headers, media_type=answer.content_type)


def _one_text(sent: Sequence[Any]) -> bytes:
    parts = [hashlib.sha256(part).hexdigest() if isinstance(part, bytes) else part for part in sent]
    return json.dumps(parts, sort_keys=True).encode()
