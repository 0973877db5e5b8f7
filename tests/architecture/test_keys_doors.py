"""The doors of `keys`: one way to a signature, and private keys that nobody else sees."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
    for top in ("specs", "keys", "issuance")
    for path in sorted((ROOT / top).rglob("*.py"))
}
BYTES = ("bytes", "bytearray", "memoryview", "Buffer")


def users_of(name: str) -> set[str]:
    """Files that reach an attribute of this name, by a dot or by its text (`getattr`)."""
    return {
        file
        for file, tree in FILES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.Constant) and node.value == name)
    }


def callables(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def reaches(tree: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(tree))


def test_only_issue_asks_the_ring_to_sign() -> None:
    assert users_of("_sign") == {"keys/signing.py"}
    assert [f.name for f in callables(FILES["keys/signing.py"]) if reaches(f, "_sign")] == ["issue"]


def test_a_private_key_signs_in_one_place() -> None:
    assert users_of("sign") == {"keys/ring.py"}
    assert [f.name for f in callables(FILES["keys/ring.py"]) if reaches(f, "sign")] == ["_sign"]


def test_private_halves_stay_between_ceremony_store_and_ring() -> None:
    assert users_of("private_key") == {"keys/ceremony.py", "keys/open.py", "keys/ring.py", "keys/store.py"}
    assert users_of("_by_id") == users_of("_by_purpose") == {"keys/ring.py"}


def test_the_ring_hands_out_no_private_half() -> None:
    ring = next(n for n in FILES["keys/ring.py"].body if isinstance(n, ast.ClassDef) and n.name == "Keys")
    public = [f for f in callables(ring) if not f.name.startswith("_")]
    assert public and not [f.name for f in public if f.returns and "KeyEntry" in ast.unparse(f.returns)]


def test_nothing_public_takes_bytes_and_gives_a_signature() -> None:
    """`finish(signature)` takes one; a function that names signing and takes bytes would make one."""
    found = [
        f"{file}: {f.name}"
        for file, tree in FILES.items()
        if file.startswith("keys/")
        for f in callables(tree)
        if not f.name.startswith("_")
        and (f.name == "sign" or f.name.startswith("sign_") or reaches(f, "_sign"))
        and any(a.annotation and ast.unparse(a.annotation) in BYTES for a in (*f.args.args, *f.args.kwonlyargs))
    ]
    assert found == []
