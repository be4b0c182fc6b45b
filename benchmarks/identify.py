"""What naming a clip costs: from a cold start on the command line, and warm beside decoding it."""

import statistics
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.command_line import audio_ident
from benchmarks.decode import decoding_cost_s
from benchmarks.lookup import ask, cut_plain_clips
from benchmarks.measure import Figure, cost_s, median_cost_s
from benchmarks.music import Music

COLD_CLIPS = 5
WARM_CLIPS = 40


def measure(music: Music) -> list[Figure]:
    """Costs with a library of the music at hand."""
    with TemporaryDirectory() as made:
        data, folder = Path(made) / "data", Path(made) / "music"
        folder.mkdir()
        for number, path in enumerate(music.files):
            (folder / f"{number:04d}{path.suffix}").symlink_to(path)
        audio_ident(data, "import", "--json", str(folder))
        clips = cut_plain_clips(music, Path(made), WARM_CLIPS, np.random.default_rng(12))
        starting_s = median_cost_s(partial(audio_ident, data, "tracks", "--json"))
        cold_s = statistics.median(
            cost_s(partial(audio_ident, data, "identify", "--json", str(clip)))
            for clip in clips[:COLD_CLIPS]
        )
        answers = ask(data / "index", clips)
        decoding_s = statistics.median(decoding_cost_s(clip) for clip in clips[:COLD_CLIPS])
    warm_ms = statistics.median(answer["cpu_ms"] for answer in answers[1:])
    return [
        Figure(name="cold / starting", value=cold_s / starting_s),
        Figure(name="warm / cold", value=warm_ms / 1e3 / cold_s),
        Figure(name="cold", value=1e3 * cold_s, unit="CPU ms"),
        Figure(name="starting", value=1e3 * starting_s, unit="CPU ms"),
        Figure(name="warm", value=warm_ms, unit="CPU ms"),
        Figure(name="decoding the clip (wav)", value=1e3 * decoding_s, unit="CPU ms"),
    ]
