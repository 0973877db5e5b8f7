"""A wire to a PostgreSQL server that can be cut at one moment: the commit has arrived, its answer has not."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from sqlalchemy.engine import make_url

from issuance.db.session import Database


class Wire:
    """url: the same database through here. cut_at_commit: the next commit is the last thing that passes."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._server = (parsed.host or "127.0.0.1", parsed.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = parsed.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        self.database = Database(self.url)
        self._armed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at_commit(self) -> None:
        self._armed.set()

    def close(self) -> None:
        self.database.close()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._server)
                threading.Thread(target=self._out, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _out(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while sent := near.recv(65536):
                if b"COMMIT" in sent and self._armed.is_set():
                    self._armed.clear()
                    near.shutdown(socket.SHUT_WR)  # no answer comes back any more
                    far.sendall(sent)
                    far.recv(65536)  # the server has answered: it is done
                    break
                far.sendall(sent)
        near.close()
        far.close()

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while said := far.recv(65536):
                near.sendall(said)
