"""An import in a process of its own, to be killed or watched.

Arguments: music folder, data directory, log of the analyser, pause of the analyser in seconds.
With the word `watched` at the end, every file that this process opens is printed.
"""

import sys
from pathlib import Path

from audio_ident.engines.pool import CrashProofExecutor
from builders.wav import WavAnalyser


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        _say("opened", arguments[0])


def main(music: str, data: str, log: str, pause_s: str, *words: str) -> None:
    """Import once."""
    # Imported late: every worker reads this module again but needs no database.
    from audio_ident.ingest.pipeline import import_folders  # noqa: PLC0415
    from audio_ident.ingest.tools import ImportOptions  # noqa: PLC0415
    from builders.importing import make_stores, make_tools  # noqa: PLC0415

    stores = make_stores(Path(data))
    analyser = WavAnalyser(log=Path(log), pause_s=float(pause_s))
    pool = CrashProofExecutor(2, task_timeout_s=8.0)
    if "watched" in words:
        sys.addaudithook(_watch)
    try:
        summary = import_folders([Path(music)], make_tools(stores, pool, analyser), ImportOptions())
    finally:
        pool.kill()
    _say("imported", summary.imported, "failed", summary.failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
