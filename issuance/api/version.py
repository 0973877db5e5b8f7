"""`If-Match`: which version of a thing the caller saw. A change without it is refused, for it may undo another's."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from issuance.api.problem import VersionNeeded
from specs.errors import Fault, Invalid

_ETAG = re.compile(r'"([0-9]{1,9})"')


def etag(version: int) -> dict[str, str]:
    """The header that says which version an answer is."""
    return {"ETag": f'"{version}"'}


def version_seen(
    given: Annotated[
        str | None,
        Header(alias="If-Match", description='The version read, as `ETag` gave it: `"7"`.', examples=['"7"']),
    ] = None,
) -> int:
    """Dependency. Raises `VersionNeeded` (428) without the header, `Invalid` for one that is no version of ours."""
    if given is None:
        raise VersionNeeded
    if (found := _ETAG.fullmatch(given.strip())) is None:
        words = 'الإصدار يُكتب هكذا: "7"', 'a version is written so: "7"'
        raise Invalid(Fault("api.version", *words, field="If-Match", clause="RFC 9110 §13.1.1"))
    return int(found[1])


VersionSeen = Annotated[int, Depends(version_seen)]
