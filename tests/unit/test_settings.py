"""Settings: layers, origins, and slips of the pen."""

from pathlib import Path

import pytest

from audio_ident.errors import SettingsInvalid
from audio_ident.settings.loading import load_settings
from audio_ident.settings.secrets import shown


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    """The settings file at its usual place."""
    path = tmp_path / "config/audio-ident/audio-ident.toml"
    path.parent.mkdir(parents=True)
    return path


def test_defaults_need_no_file() -> None:
    """Without file, environment and flags everything has its default, and says so."""
    loaded = load_settings({})

    assert loaded.settings.workers >= 1
    assert loaded.settings.data_dir.is_absolute()
    assert set(loaded.origins.values()) == {"default"}


def test_flag_beats_environment_beats_file_beats_default(
    monkeypatch: pytest.MonkeyPatch, settings_file: Path
) -> None:
    """Each layer hides the ones below it, and the origin tells which one won."""
    settings_file.write_text("workers = 2\nmax_file_bytes = 5000\nlog_format = 'json'\n")
    monkeypatch.setenv("AUDIO_IDENT_WORKERS", "3")
    monkeypatch.setenv("AUDIO_IDENT_MAX_FILE_BYTES", "6000")

    loaded = load_settings({"workers": 4, "log_level": None})

    settings = loaded.settings
    assert (settings.workers, settings.max_file_bytes, settings.log_format) == (4, 6000, "json")
    assert loaded.origins["workers"] == "command line"
    assert loaded.origins["max_file_bytes"] == "AUDIO_IDENT_MAX_FILE_BYTES"
    assert loaded.origins["log_format"] == str(settings_file)
    assert loaded.origins["log_level"] == "default"


def test_unknown_variable_is_refused_with_a_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable is an error that names the right one."""
    monkeypatch.setenv("AUDIO_IDENT_DATADIR", "/music")

    with pytest.raises(SettingsInvalid, match="did you mean AUDIO_IDENT_DATA_DIR"):
        load_settings({})


def test_unknown_line_is_refused_with_a_suggestion(settings_file: Path) -> None:
    """A misspelt line of the file is an error that names the right one."""
    settings_file.write_text("worker = 2\n")

    with pytest.raises(SettingsInvalid, match="did you mean workers"):
        load_settings({})


def test_value_out_of_range_names_setting_and_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that cannot be used is told with its setting, its origin and the reason."""
    monkeypatch.setenv("AUDIO_IDENT_WORKERS", "0")

    with pytest.raises(SettingsInvalid, match=r"workers \(AUDIO_IDENT_WORKERS\): .* not '0'"):
        load_settings({})


@pytest.mark.parametrize("content", [b"workers =", b"\xff\xfe"])
def test_unreadable_file_is_told(settings_file: Path, content: bytes) -> None:
    """A file that is no TOML is an error, not a default."""
    settings_file.write_bytes(content)

    with pytest.raises(SettingsInvalid, match="cannot be read"):
        load_settings({})


def test_named_file_must_exist(tmp_path: Path) -> None:
    """Naming a settings file that is not there is an error."""
    with pytest.raises(SettingsInvalid, match="no settings file"):
        load_settings({}, tmp_path / "nothing.toml")


def test_data_folder_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`~` and relative paths are settled once, at the edge."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert load_settings({"data_dir": "~/library"}).settings.data_dir == tmp_path / "library"


ADDRESS = "postgresql://me:s3cr3t@db/music"


def test_the_address_of_other_programs_counts_last(
    monkeypatch: pytest.MonkeyPatch, settings_file: Path
) -> None:
    """`DATABASE_URL` is taken when nothing that is meant for us names a database."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://me@db/music?ssl=require")
    taken = load_settings({})
    settings_file.write_text("database_url = 'postgres://me@ours/music'\n")
    hidden = load_settings({})

    address = taken.settings.database_url.get_secret_value()
    assert address == "postgresql+psycopg://me@db/music?sslmode=require"
    assert taken.origins["database_url"] == "DATABASE_URL"
    address = hidden.settings.database_url.get_secret_value()
    assert address == "postgresql+psycopg://me@ours/music"
    assert hidden.origins["database_url"] == str(settings_file)


@pytest.mark.parametrize("name", ["database_url", "metrics_token"])
def test_secrets_come_from_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """A variable names the file; the end of its line is no part of the secret."""
    (tmp_path / "secret").write_text(f"{ADDRESS}\n")
    variable = f"AUDIO_IDENT_{name.upper()}_FILE"
    monkeypatch.setenv(variable, str(tmp_path / "secret"))

    loaded = load_settings({})

    assert getattr(loaded.settings, name).get_secret_value().endswith("me:s3cr3t@db/music")
    assert loaded.origins[name] == variable


def test_a_secret_is_given_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A variable and a file for the same secret are a mistake; so is a file that is not there."""
    monkeypatch.setenv("AUDIO_IDENT_DATABASE_URL_FILE", str(tmp_path / "secret"))
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        load_settings({})
    (tmp_path / "secret").write_text(ADDRESS)
    monkeypatch.setenv("AUDIO_IDENT_DATABASE_URL", ADDRESS)
    with pytest.raises(SettingsInvalid, match="both"):
        load_settings({})


@pytest.mark.parametrize("address", ["mysql://me:s3cr3t@db/music", "s3cr3t", "sqlite:///s3cr3t"])
def test_other_databases_are_refused_without_their_address(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """The message tells what is allowed, and not what was given."""
    monkeypatch.setenv("AUDIO_IDENT_DATABASE_URL", address)

    with pytest.raises(SettingsInvalid, match=r"postgresql\+psycopg://") as caught:
        load_settings({})

    assert "s3cr3t" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (ADDRESS, "postgresql+psycopg://me:***@db/music"),
        ("postgresql://me:a/b@c@db/music", "postgresql+psycopg://me:***@db/music"),
        (
            "postgresql://db/music?user=me&password=x",
            "postgresql+psycopg://db/music?user=me&password=***",
        ),
        ("", ""),
    ],
)
def test_of_an_address_only_the_password_is_hidden(value: str, told: str) -> None:
    """Where the rows lie may be seen; what lets somebody in may not."""
    settings = load_settings({"database_url": value}).settings

    assert shown(settings.database_url) == told
    assert "s3cr3t" not in repr(settings)
