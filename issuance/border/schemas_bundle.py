"""Published shapes of the offline bundle: its head as it is given out, and as a post shows it."""

from __future__ import annotations

from issuance.border.bundle.container import NAMES
from issuance.core.schema import (
    MOMENT,
    REMOVED,
    SHA256,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    listed,
    members,
    number,
    one_of,
    text,
    words,
)

_MOST = (1 << 53) - 1
_HALF = text(pattern="^[A-Za-z0-9_-]{43}$")


def _bundle(source: Source) -> Schema:
    del source
    file = members({"name": one_of(NAMES), "size": number(0, _MOST), "sha256": SHA256})
    key = members({"kty": {"const": "EC"}, "crv": {"const": "P-256"}, "x": _HALF, "y": _HALF})
    return members(
        {
            "format": {"const": "border-bundle/1"},
            "jws": text(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$"),
            "key": key,
            "version": number(1, _MOST),
            "made_at": MOMENT,
            "good_until": MOMENT,
            "issued_numbers": {"type": "boolean"},
            "files": listed(file, len(NAMES), len(NAMES)),
            "deltas_from": listed(number(1, _MOST)),
        },
        {"numbers": number(0, _MOST), "fresh": one_of(("pass", "unknown"))},
    )


DOCUMENTS = (
    Document(
        "border-bundle",
        1,
        words("رأس حزمة المنفذ بلا اتصال", "Head of an offline bundle"),
        _bundle,
        beyond=words(
            "رقم الإصدار لا ينقص؛ والتوقيع على نص jws كما هو",
            "The version never falls; what is signed is the text of `jws` as it stands",
        ),
        wrong=(Wrong(("jws",), REMOVED, words("بلا توقيع", "without its signature")),),
    ),
)
ROUTES = {
    "GET /v1/border/bundle": Exchange(gives="border-bundle"),
    "GET /v1/border/bundle/{version}/{name}": Exchange(),  # a file of the bundle, as bytes
}
COMMANDS = {name: Exchange(gives="border-bundle") for name in ("border bundle", "border update", "border show")}
