"""Settings name every fault at once; production refuses what is only for development."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.core.settings import Settings, read_settings
from specs.errors import Invalid

GOOD_SECRET = "q8N2vT5xLw0ZrYk3HsJd7PbMf1Gc9UaE"  # 32 different enough characters


def faults(environment: dict[str, str]) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        read_settings(environment)
    return {(f.field or "", f.code.removeprefix("core.settings.")) for f in caught.value.faults}


def production(tmp_path: Path, **changes: str) -> dict[str, str]:
    good = {
        "ISSUANCE_ENVIRONMENT": "production",
        "ISSUANCE_HOME": str(tmp_path),
        "ISSUANCE_PUBLIC_BASE_URL": "https://issuance.example.ly",
        "ISSUANCE_SESSION_SECRET": GOOD_SECRET,
        "ISSUANCE_KEY_PASSPHRASE": "correct horse battery staple, and more",
    }
    return good | {f"ISSUANCE_{name.upper()}": value for name, value in changes.items()}


def test_nothing_needs_to_be_set_for_development(tmp_path: Path) -> None:
    settings = read_settings({"ISSUANCE_HOME": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path}/issuance.db"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.secure_cookies
    assert not settings.production


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    assert faults(
        {
            "ISSUANCE_ENVIRONMENT": "staging",
            "ISSUANCE_PORT": "99999",
            "ISSUANCE_DATABASE_URL": "mysql://x",
            "ISSUANCE_PUBLIC_BASE_URL": "ftp://x",
            "ISSUANCE_SPECS": str(tmp_path / "none"),
            "ISSUANCE_COOKIE_SECUER": "1",
        }
    ) == {
        ("ISSUANCE_ENVIRONMENT", "type"),
        ("ISSUANCE_PORT", "type"),
        ("ISSUANCE_DATABASE_URL", "url"),
        ("ISSUANCE_PUBLIC_BASE_URL", "url"),
        ("ISSUANCE_SPECS", "missing"),
        ("ISSUANCE_COOKIE_SECUER", "unknown"),
    }


@pytest.mark.parametrize("weak", ["secret", "passwordpassword", "a" * 64])
def test_production_refuses_a_weak_key_passphrase(tmp_path: Path, weak: str) -> None:
    assert faults(production(tmp_path, key_passphrase=weak)) == {("ISSUANCE_KEY_PASSPHRASE", "secret_weak")}


def test_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(Invalid, match="did you mean ISSUANCE_COOKIE_SECURE"):
        read_settings({"ISSUANCE_COOKIE_SECUER": "1"})


def test_good_production_settings_pass(tmp_path: Path) -> None:
    settings = read_settings(production(tmp_path))
    assert settings.production
    assert settings.secure_cookies


def test_bare_production_is_refused_for_every_reason_at_once(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "document_signer-0123456789abcdef.key").touch()
    assert faults({"ISSUANCE_ENVIRONMENT": "production", "ISSUANCE_HOME": str(tmp_path)}) == {
        ("ISSUANCE_SESSION_SECRET", "secret_missing"),
        ("ISSUANCE_KEY_PASSPHRASE", "secret_missing"),
        ("ISSUANCE_KEYS_DIRECTORY", "development_keys"),
        ("ISSUANCE_PUBLIC_BASE_URL", "plain_http"),
        ("ISSUANCE_COOKIE_SECURE", "plain_http"),
    }


def test_production_refuses_secrets_that_development_made(tmp_path: Path) -> None:
    development = read_settings({"ISSUANCE_HOME": str(tmp_path)})
    session_secret, passphrase = development.session_key().decode(), development.passphrase().decode()
    assert faults(production(tmp_path, session_secret=session_secret, key_passphrase=passphrase)) == {
        ("ISSUANCE_SESSION_SECRET", "secret_weak"),
        ("ISSUANCE_KEY_PASSPHRASE", "secret_weak"),
    }
    held = production(tmp_path, key_passphrase_file=str(tmp_path / "development" / "key_passphrase"))
    del held["ISSUANCE_KEY_PASSPHRASE"]
    assert faults(held) == {("ISSUANCE_KEY_PASSPHRASE", "secret_weak")}


@pytest.mark.parametrize("secret", ["short", "x" * 64, "changeme" * 8])
def test_production_refuses_guessable_session_secrets(tmp_path: Path, secret: str) -> None:
    assert faults(production(tmp_path, session_secret=secret)) == {("ISSUANCE_SESSION_SECRET", "secret_weak")}


def test_production_refuses_cookies_over_plain_http(tmp_path: Path) -> None:
    assert faults(production(tmp_path, cookie_secure="false")) == {("ISSUANCE_COOKIE_SECURE", "plain_http")}


def test_development_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = read_settings({"ISSUANCE_HOME": str(tmp_path)})
    first = settings.session_key()
    assert settings.session_key() == first != settings.passphrase()
    assert len(first) >= 32
    assert (tmp_path / "development" / "session_secret").stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in (tmp_path / "development").iterdir()) == ["key_passphrase", "session_secret"]


def test_passphrase_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("from the file\n")
    assert read_settings({"ISSUANCE_KEY_PASSPHRASE_FILE": str(file)}).passphrase() == b"from the file"
    assert faults({"ISSUANCE_KEY_PASSPHRASE_FILE": str(file), "ISSUANCE_KEY_PASSPHRASE": "x"}) == {
        ("ISSUANCE_KEY_PASSPHRASE", "twice")
    }


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = read_settings(production(tmp_path))
    assert GOOD_SECRET not in repr(settings)
    assert GOOD_SECRET not in settings.model_dump_json()


def test_fault_texts_never_repeat_a_value() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"ISSUANCE_PORT": "hunter2", "ISSUANCE_DATABASE_URL": "mysql://user:hunter2@host/x"})
    assert "hunter2" not in str(caught.value)


def test_console_options_win_over_the_environment() -> None:
    assert read_settings({"ISSUANCE_PORT": "1"}, port=2, host=None) == Settings(port=2)
