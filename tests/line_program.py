"""The program of a printing line, as its maker would write it from docs/production.md: openssl and nothing of ours.

It opens a package with its own key, believes the list only under the services root, takes no package twice, none after
its time and none out of turn, and signs what it answers.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any


class Refusal(Exception):
    """Why the line does not take a package in."""


class LineProgram:
    """One line with its key in `folder`; seen: ids of packages taken in; last: the highest sequence."""

    def __init__(self, folder: Path, name: str, root: bytes) -> None:
        self.folder, self.name = folder, name
        self.seen: set[str] = set()
        self.last = 0
        folder.mkdir(parents=True, exist_ok=True)
        _run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key)
        (folder / "root.der").write_bytes(root)
        _run("openssl", "x509", "-inform", "DER", "-in", folder / "root.der", "-out", folder / "root.pem")

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    def public_key(self) -> bytes:
        return _run("openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER")

    def certified(self, certificate: bytes) -> None:
        (self.folder / "line.der").write_bytes(certificate)
        _run("openssl", "x509", "-inform", "DER", "-in", self.folder / "line.der", "-out", self.folder / "line.pem")

    def opened(self, envelope: bytes) -> bytes:
        recipient = ("-inkey", self.key, "-recip", self.folder / "line.pem")
        return _run("openssl", "cms", "-decrypt", "-inform", "DER", "-binary", *recipient, given=envelope)

    def take_in(self, envelope: bytes, now: datetime) -> dict[str, dict[str, bytes]]:
        """number -> files, the chip's key opened (`chip_key.der`). Raises `Refusal`."""
        try:
            archive = zipfile.ZipFile(io.BytesIO(self.opened(envelope)))
        except (subprocess.CalledProcessError, zipfile.BadZipFile) as error:
            raise Refusal("not for this line, or changed") from error
        manifest = self._believed(archive.read("package.p7s"))
        if manifest["line"] != self.name:
            raise Refusal("for another line")
        if manifest["package"] in self.seen or manifest["sequence"] <= self.last:
            raise Refusal("seen before, or out of turn")
        if not datetime.fromisoformat(manifest["created_at"]) <= now < datetime.fromisoformat(manifest["expires_at"]):
            raise Refusal("out of its time")
        books: dict[str, dict[str, bytes]] = {}
        listed = {"package.p7s"}
        for book in manifest["books"]:
            for name, told in book["files"].items():
                data = archive.read(f"{book['number']}/{name}")
                if len(data) != told["bytes"] or hashlib.sha256(data).hexdigest() != told["sha256"]:
                    raise Refusal(f"{name} is not the one that was signed")
                books.setdefault(book["number"], {})[name] = data
                listed.add(f"{book['number']}/{name}")
        if set(archive.namelist()) != listed:
            raise Refusal("files that nobody signed")
        for files in books.values():
            if "chip_key.p7m" in files:
                files["chip_key.der"] = self.opened(files.pop("chip_key.p7m"))
        self.seen.add(manifest["package"])
        self.last = manifest["sequence"]
        return books

    def _believed(self, signed: bytes) -> dict[str, Any]:
        """The list, signed by the record signer under the services root, not by another that stands there."""
        signer = self.folder / "signer.pem"
        trusted = ("-CAfile", self.folder / "root.pem", "-purpose", "any", "-no_check_time", "-signer", signer)
        try:
            content = _run("openssl", "cms", "-verify", "-inform", "DER", "-binary", *trusted, given=signed)
            subject = _run("openssl", "x509", "-in", signer, "-noout", "-subject", "-nameopt", "multiline")
            if b"commonName                = Record Signer\n" not in subject:  # another line stands under the root too
                raise Refusal("the list is not signed by the office")
        except subprocess.CalledProcessError as error:
            raise Refusal("the list is not signed by the office") from error
        held: dict[str, Any] = json.loads(content)
        if held["format"] != "passport-line-package/1":
            raise Refusal("another kind of package")
        return held

    def answer(self, package: str, books: list[dict[str, Any]]) -> bytes:
        """Signed results, DER."""
        said = {"format": "passport-line-results/1", "package": package, "line": self.name, "books": books}
        signer = ("-signer", self.folder / "line.pem", "-inkey", self.key, "-md", "sha256", "-nosmimecap")
        message = json.dumps(said).encode()
        return _run("openssl", "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", *signer, given=message)


def written(number: str, files: dict[str, bytes]) -> dict[str, Any]:
    """The result of a book whose chip reads back as it was ordered."""
    read = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name.endswith(".bin")}
    return {"number": number, "result": "written", "read_back": read}


def _run(*command: object, given: bytes = b"") -> bytes:
    return subprocess.run([str(part) for part in command], input=given, capture_output=True, check=True).stdout
