"""Works begun at one moment in threads of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from specs.errors import IssuanceError


def together(*works: Callable[[], object]) -> list[object]:
    """What each of these gave, or the typed error it raised."""
    ready, out = threading.Barrier(len(works)), [None] * len(works)  # type: list[object]

    def run(place: int, work: Callable[[], object]) -> None:
        ready.wait()
        try:
            out[place] = work()
        except IssuanceError as error:
            out[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return out
