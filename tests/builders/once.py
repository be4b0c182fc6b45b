"""The tests that `make postgresql` does not run again, because they ask no database what it knows.

A file that is named on the command line runs all the same.
"""

from pathlib import Path

_TESTS = Path(__file__).parents[1]

_SOUND = "about sound, files and the index of fingerprints; there are no rows in it"
_VECTORS = "about vectors, their files and their servers; there are no rows in it"
_BOTH = "runs with both databases anyway, or is about moving from one to the other"
_EDGE = "about requests and what is said of them before any row is asked for"
_MADE = "about what is made of files; that tracks are found is shown by test_media_originals.py"

ONCE = {
    "integration/test_add_a_listener.py": _SOUND,
    "integration/test_analyse.py": _SOUND,
    "integration/test_analysis_codes.py": _SOUND,
    "integration/test_artefact_files.py": _SOUND,
    "integration/test_clap.py": _SOUND,
    "integration/test_clip_engine.py": _SOUND,
    "integration/test_clip_file.py": _SOUND,
    "integration/test_containers.py": _SOUND,
    "integration/test_converting.py": _SOUND,
    "integration/test_damaged_files.py": _SOUND,
    "integration/test_describing.py": _SOUND,
    "integration/test_fetching_models.py": "about files of models; there are no rows of them",
    "integration/test_fpcalc.py": _SOUND,
    "integration/test_fuzzing.py": _SOUND,
    "integration/test_growing_audio.py": _SOUND,
    "integration/test_identify.py": _SOUND,
    "integration/test_index_merging.py": _SOUND,
    "integration/test_index_processes.py": _SOUND,
    "integration/test_left_recordings.py": _SOUND,
    "integration/test_library_versions.py": _SOUND,
    "integration/test_long_files.py": _SOUND,
    "integration/test_retagging.py": _SOUND,
    "integration/test_segment_index.py": _SOUND,
    "integration/test_segment_index_model.py": _SOUND,
    "integration/test_segment_memory.py": _SOUND,
    "integration/test_span_decoding.py": _SOUND,
    "integration/test_timbre_embedder.py": _SOUND,
    "integration/test_tracklist.py": _SOUND,
    "integration/test_map_pictures.py": "about pictures of points",
    "integration/test_qdrant_live.py": _VECTORS,
    "integration/test_qdrant_store.py": _VECTORS,
    "integration/test_qdrant_wire.py": _VECTORS,
    "integration/test_vector_files.py": _VECTORS,
    "integration/test_vector_index_model.py": _VECTORS,
    "integration/test_vector_processes.py": _VECTORS,
    "integration/test_vibe_quality.py": _SOUND,
    "integration/test_memory.py": "the importer's memory for hours of sound; rows are few",
    "integration/test_deployment.py": "about files that are shipped, for a library in SQLite",
    "integration/test_both_databases.py": _BOTH,
    "integration/test_migrate_store.py": _BOTH,
    "integration/test_postgresql.py": _BOTH,
    "api/test_postgresql_service.py": _BOTH,
    "api/test_addresses.py": _EDGE,
    "api/test_bodies.py": _EDGE,
    "api/test_errors.py": _EDGE,
    "api/test_hostile_clips.py": "about clips and the workers that hear them",
    "api/test_openapi.py": _EDGE,
    "api/test_protocol.py": _EDGE,
    "api/test_contract.py": "takes minutes; each kind of row that it reaches has tests of its own",
    "api/test_media_conversions.py": _MADE,
    "api/test_media_waveforms.py": _MADE,
    "api/test_search_under_pressure.py": "about workers that stand still",
}
"""Files below `tests/`, each with the reason."""

_PATHS = {_TESTS / name for name in ONCE}
_missing = [path for path in _PATHS if not path.exists()]
if _missing:
    raise FileNotFoundError(f"tests/builders/once.py names what is not there: {_missing}")


def runs_once(path: Path) -> bool:
    """Whether the tests of a file need no second run."""
    return path in _PATHS
