"""A real time-stamp authority of somebody else on loopback: OpenSSL answers, a few lines of HTTP carry it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIGURATION = """
[req]
distinguished_name=dn
[dn]
[ca_ext]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[tsa_ext]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[ca]
default_ca=own
[own]
database=index.txt
crlnumber=crlnumber
default_md=sha256
default_crl_days=30
crl_extensions=crl_ext
[crl_ext]
authorityKeyIdentifier=keyid
[tsa]
default_tsa=own_tsa
[own_tsa]
serial=serial
signer_cert=tsa.pem
signer_key=tsa.key
certs=ca.pem
signer_digest=sha256
default_policy=1.2.3.4
digests=sha256
accuracy=secs:1
ess_cert_id_alg=sha256
"""
_MADE_BY = """
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj
 /C=DE/O=Outside/CN=Outside-CA -days 3650 -config conf -extensions ca_ext
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj
 /C=DE/O=Outside/CN=Outside-TSA -config conf
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 77 -days 3650 -extfile conf -extensions tsa_ext
 -out tsa.pem
openssl ca -config conf -gencrl -keyfile ca.key -cert ca.pem -out ca.crl.pem
openssl x509 -in ca.pem -outform DER -out trust/ca.cer
openssl crl -in ca.crl.pem -outform DER -out trust/ca.crl
"""


def make_authority(directory: Path) -> Path:
    """An authority's keys and certificates in `directory`; its anchor and list are in `trust` there."""
    (directory / "trust").mkdir(parents=True)
    (directory / "conf").write_text(_CONFIGURATION)
    (directory / "index.txt").touch()
    for name in ("crlnumber", "serial"):
        (directory / name).write_text("01\n")
    for command in _MADE_BY.replace("\n ", " ").strip().splitlines():
        subprocess.run(command.split(), check=True, capture_output=True, cwd=directory)
    return directory


def reply(directory: Path, query: bytes) -> bytes:
    """What OpenSSL answers."""
    (directory / "query").write_bytes(query)
    command = "openssl ts -reply -config conf -queryfile query -out reply"
    subprocess.run(command.split(), check=True, capture_output=True, cwd=directory)
    return (directory / "reply").read_bytes()


Answer = Callable[[bytes], tuple[int, str, bytes]]


def granting(directory: Path) -> Answer:
    """The answers of an honest authority."""
    return lambda query: (200, "application/timestamp-reply", reply(directory, query))


@contextmanager
def serving(answer: Answer, *, pause: float = 0) -> Iterator[str]:
    """The address of a server with these answers (status, type, body); pause: seconds before each byte of a body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                if not pause:
                    self.wfile.write(body)
                for at in range(len(body) if pause else 0):
                    time.sleep(pause)
                    self.wfile.write(body[at : at + 1])
            except OSError:
                pass  # the other side hung up, as it should

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stamp"
    finally:
        server.shutdown()
        server.server_close()
