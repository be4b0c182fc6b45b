"""What short clips find: the middle seconds of tracks, asked about on a folder of music.

    python -m benchmarks.vibe_clips FOLDER [--heard CACHE] [--tracks 50]

For clips of 3, 5, 10 and 20 s: how often the clip's own track comes first, the same album among the
five nearest beside chance, and how many of the ten nearest a clip has in common with that of 20 s.
"""

import argparse
from pathlib import Path

import numpy as np
from benchmarks.demo.files import decode
from benchmarks.music import audio_files
from benchmarks.vibe import RHYTHM_WEIGHT, drawn_tracks
from benchmarks.vibe_heard import heard_tracks

from audio_ident.core.vibe.pooling import pooled_likenesses
from audio_ident.core.vibe.timbre import SHIPPED, timbre_vectors
from audio_ident.engines.embedders.timbre import TimbreEmbedder
from audio_ident.model.audio import MONO_RATE_HZ

LENGTHS_S = (20, 10, 5, 3)
FIRST_S = 40.0
"""Of a track that is decoded."""


def main() -> None:
    """Ask, print."""
    parser = argparse.ArgumentParser(prog="vibe_clips", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heard", type=Path)
    parser.add_argument("--tracks", type=int, default=50)
    arguments = parser.parse_args()
    tracks = heard_tracks(audio_files(arguments.folder), arguments.folder, arguments.heard)
    library = [timbre_vectors(track.heard.raw, SHIPPED, RHYTHM_WEIGHT) for track in tracks]
    albums = np.array([track.album for track in tracks])
    embedder = TimbreEmbedder(SHIPPED, RHYTHM_WEIGHT)
    told: dict[int, list[tuple[float, float, float, float]]] = {s: [] for s in LENGTHS_S}
    for number in drawn_tracks(tracks, arguments.tracks):
        sound = decode(tracks[number].path, MONO_RATE_HZ, FIRST_S)
        is_same = albums == albums[number]
        of_longest: set[int] | None = None
        for seconds in LENGTHS_S:
            first = max(0, len(sound) // 2 - seconds * MONO_RATE_HZ // 2)
            clip = embedder.embed_audio([sound[first : first + seconds * MONO_RATE_HZ]])
            if not len(clip.vectors):
                continue
            likeness = pooled_likenesses(clip.vectors, library)
            is_first = float(likeness.argmax() == number)
            likeness[number] = -np.inf
            order = np.argsort(-likeness, kind="stable")[:10].tolist()
            of_longest = set(order) if of_longest is None else of_longest
            common = len(of_longest.intersection(order)) / 10
            chance = (is_same.sum() - 1) / (len(tracks) - 1)
            told[seconds].append((is_first, is_same[order[:5]].mean(), chance, common))
    for seconds, values in told.items():
        is_first, share, chance, common = np.mean(values, axis=0)
        print(
            f"{seconds:3d} s  own {is_first:.2f}  album {share / chance:.1f}  common {common:.2f}"
        )


if __name__ == "__main__":
    main()
