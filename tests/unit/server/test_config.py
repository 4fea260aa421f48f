"""Settings: defaults, each refusal, and that the message names the variable."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from server.config import Settings, SettingsError, from_env, variable


def test_defaults_serve_on_this_computer_from_the_data_folder() -> None:
    settings = from_env({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8080, 1)
    assert settings.data_dir == Path.cwd() / "data"
    assert settings.database_url == f"sqlite:///{settings.data_dir}/liuhen.sqlite3"
    assert settings.checkpoint_file == settings.data_dir / "checkpoint" / "latest.txt"
    assert settings.demo is False


def test_what_lies_in_the_data_folder_moves_with_it() -> None:
    settings = from_env({"LIUHEN_DATA_DIR": "/srv/liuhen"})
    assert settings.database_url == "sqlite:////srv/liuhen/liuhen.sqlite3"
    assert settings.blob_store == "file:/srv/liuhen/blobs"


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        from_env({}).port = 1  # type: ignore[misc]


def test_an_unknown_variable_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match="LIUHEN_PROT is no setting; did you mean LIUHEN_PORT"):
        from_env({"LIUHEN_PROT": "9"})


def test_variables_of_the_tests_and_of_others_are_ignored() -> None:
    assert from_env({"LIUHEN_TEST_DATABASE": "sqlite", "HOME": "/tmp"}) == from_env({})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LIUHEN_PORT", "http"),
        ("LIUHEN_PORT", "0"),
        ("LIUHEN_PORT", "٣"),
        ("LIUHEN_PORT", ""),
        ("LIUHEN_DEMO", "yes"),
        ("LIUHEN_HOST", " "),
        ("LIUHEN_DATA_DIR", ""),
        ("LIUHEN_DATABASE_URL", "mysql://h/d"),
        ("LIUHEN_BLOB_STORE", "ftp://h"),
        ("LIUHEN_S3_VIEW_ENDPOINT", "photos.example"),
        ("LIUHEN_S3_VIEW_ENDPOINT", "https://photos.example; script-src *"),
        ("LIUHEN_S3_VIEW_ENDPOINT", "https://photos.example/path"),
        ("LIUHEN_S3_RETENTION", "compliance"),
        ("LIUHEN_S3_RETENTION", "compliance:0"),
        ("LIUHEN_S3_RETENTION", "forever:10"),
        ("LIUHEN_S3_RETENTION", "governance:36501"),
        ("LIUHEN_LOG_LEVEL", "debug"),
        ("LIUHEN_MAX_PHOTO_BYTES", "-1"),
    ],
)
def test_a_bad_value_is_refused_and_the_variable_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_env({name: text})


def test_sqlite_allows_one_worker_and_postgresql_several() -> None:
    with pytest.raises(SettingsError, match="LIUHEN_WORKERS"):
        from_env({"LIUHEN_WORKERS": "2"})
    url = "postgresql://u:p@h/d"
    settings = from_env({"LIUHEN_WORKERS": "2", "LIUHEN_DATABASE_URL": url})
    assert settings.database_url == "postgresql+psycopg://u:p@h/d"


def test_every_field_is_declared_in_the_table() -> None:
    for item in fields(Settings):
        assert variable(item).startswith("LIUHEN_")
        assert set(item.metadata) == {"default", "kind", "zh", "en"}
