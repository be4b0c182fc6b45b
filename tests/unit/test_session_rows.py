"""How sessions lie in the database: migrated from before, and with paths of any bytes."""

import json
import os
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.model.parameters import ImportParameters
from audio_ident.model.sessions import SessionState
from audio_ident.stores.sql import migrate
from audio_ident.stores.sql.dialect import make_engine, sqlite_url
from audio_ident.stores.sql.names import path_from_text, path_to_text
from audio_ident.stores.sql.sessions import stored_parameters
from audio_ident.stores.sql.unit_of_work import Catalogue

OLD = {
    "id": "s1",
    "state": "completed_with_errors",
    "folders": "/music/Björk\n/more music",
    "files_found": 3,
    "files_done": 3,
    "files_failed": 1,
    "started_at": "2026-03-01 12:00:00.000000",
}


def test_sessions_of_the_first_version_are_carried_over(tmp_path: Path) -> None:
    """State, folders and times get their new form; the errors that refer to them stay."""
    engine = make_engine(sqlite_url(tmp_path / "old.sqlite"))
    config = migrate._config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(sa.insert(sa.table("sessions", *map(sa.column, OLD))), OLD)
        connection.exec_driver_sql(
            "INSERT INTO errors (session_id, path, stage, code, severity, fact, occurred_at)"
            " VALUES ('s1', '/a', 'scan', 'NO_AUDIO', 'skip_file', '', '2026-03-01 12:00:00')"
        )
        connection.commit()
    migrate.upgrade(engine)
    engine.dispose()
    catalogue = Catalogue(sqlite_url(tmp_path / "old.sqlite"))
    with catalogue.reading() as rows:
        session = rows.sessions.get("s1")
        errors = rows.sessions.errors(session.id)
    catalogue.close()

    assert session.state == SessionState.COMPLETED
    assert session.order.folders == ("/music/Björk", "/more music")
    assert session.started_at == session.queued_at
    assert (session.order.parameters, len(errors)) == (ImportParameters(), 1)


@given(st.binary().filter(lambda path: b"\0" not in path))
def test_paths_of_any_bytes_become_plain_text_and_come_back(path: bytes) -> None:
    """The text is ASCII without line ends, and nothing of the path is lost."""
    text = path_to_text(os.fsdecode(path))

    assert text.isascii()
    assert os.fsencode(path_from_text(json.loads(json.dumps(text)))) == path


def test_parameters_of_another_version_do_no_harm() -> None:
    """What is not known is left out, what is missing has its default."""
    assert stored_parameters({"workers": 2, "from_the_future": 1}) == ImportParameters(workers=2)
