"""Worker processes start with what they need and nothing more."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import audio_ident.cli.main  # the console script is imported again by every worker
from audio_ident.engines.worker import serve
from audio_ident.ingest.stages import hash_file, listen
from audio_ident.library.playback.convert import convert
from audio_ident.ingest.analyse import analyse
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.ingest.describe import FileDescriber
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.core.listeners.registry import LISTENERS
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

FOR_THE_OWNER_ONLY = {"alembic", "pydantic", "rich", "sqlalchemy", "structlog", "typer"}


def test_workers_load_neither_terminal_nor_database() -> None:
    """What a worker imports for its work leaves out the heavy libraries of its owner."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert FOR_THE_OWNER_ONLY.isdisjoint(json.loads(done.stdout))
