"""Fits the weights of `core.confidence` on labelled clips, and shows how well they are calibrated.

    python -m benchmarks.calibrate DATA CLIPS.jsonl... [--plot reliability.svg]

DATA was made by `benchmarks.clip_engine bench-index`. Each line of CLIPS tells of a clip:

    {"file": PATH, "truth": STEM or null, "length": SECONDS, "origin": NAME}

`truth` is null for a clip of a recording that is not indexed; `origin` names the recording that it
was cut from; a true `"excused"` leaves out a foreign clip that holds a piece of an indexed
recording after all (a shared sample). Clips of the same origin are fitted or judged together,
never both: the figures that are printed come from clips that the weights have not seen.
"""

import argparse
import json
import time
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio_ident.core.clip import listen_to_clip
from audio_ident.core.hunt import heard, hunt_other_speeds, hunt_plain
from audio_ident.core.witness import NAMES, witnesses_of_best
from audio_ident.engines.clip import decode_clip
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.model.segment import Snapshot
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from benchmarks.clip_engine import names_of
from benchmarks.music import LIMITS

USED = (
    "score",
    "root_score",
    "mean_evidence",
    "log_seconds",
    "nearby_mean",
    "nearby_deviation",
    "nearby_most",
    "rival_score",
    "clip_height",
    "log_votes",
)
"""Witnesses that the product weighs; the others gained nothing that lasted."""

FOLDS = 4
RIDGE = 1.0
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 1.0)

Floats = npt.NDArray[np.float64]


def main() -> None:
    """Collect, fit, judge, print."""
    parser = argparse.ArgumentParser(prog="calibrate", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    rows = [json.loads(line) for path in arguments.clips for line in path.read_text().splitlines()]
    rows = [row for row in rows if not row.get("excused")]
    seen = _witnesses(arguments.data, rows)
    folds = np.array([zlib.crc32(str(row.get("origin")).encode()) % FOLDS for row in rows])
    for number, name in enumerate(("OWN_SPEED", "OTHER_SPEED")):
        values = np.array([pair[number][0] for pair in seen])
        right = np.array([pair[number][1] for pair in seen])
        intercept, weights = fit(values, right)
        print(f"{name} = Calibration(intercept={intercept:.4f}, weights={{")
        print("".join(f'    "{n}": {w:.5f},\n' for n, w in zip(USED, weights, strict=True)) + "})")
        odds = _unseen_log_odds(values, right, folds)
        table = reliability(1 / (1 + np.exp(-odds)), right)
        print("\n".join(f"  said {said:.3f}  true {true:.3f}  clips {n}" for said, true, n in table))
        if arguments.plot and number == 0:
            arguments.plot.write_text(draw(table), encoding="utf-8")


def _witnesses(data: Path, rows: Sequence[dict[str, str]]) -> list[list[tuple[Floats, bool]]]:
    """For each clip, at its own and at other speeds: witnesses of the best place, and if right."""
    decoder = PyavDecoder(clock=time.monotonic)
    names = names_of(data)
    with closing(SegmentIndexReader(data / "index")) as reader:
        snapshot = reader.snapshot()
        return [_of_clip(snapshot, decoder, row, names) for row in rows]


def _of_clip(
    snapshot: Snapshot, decoder: PyavDecoder, row: dict[str, str], names: dict[str, list[str]]
) -> list[tuple[Floats, bool]]:
    clip = heard(listen_to_clip(decode_clip(decoder, Path(row["file"]), LIMITS)))
    found = []
    for hunt in (hunt_plain, hunt_other_speeds):
        places = hunt(snapshot, clip)
        digest = snapshot.segments[places[0]["segment"]].digests[places[0]["recording"]]
        seen = witnesses_of_best(snapshot, clip.clip, clip.evidence, places)
        picked = seen[[NAMES.index(name) for name in USED]]
        found.append((picked, row["truth"] in names[digest]))
    return found


def fit(values: Floats, right: npt.NDArray[np.bool_]) -> tuple[float, Floats]:
    """Ridge logistic regression by Newton's method; half of the weight to right, half to wrong.

    Returns
    -------
    tuple
        Intercept, and weights of shape `(witnesses,)`.
    """
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    design = np.c_[(values - middle) / spread, np.ones(len(values))]
    balance = np.where(right, 0.5 / right.mean(), 0.5 / (1 - right.mean()))
    penalty = np.diag([RIDGE] * values.shape[1] + [0.0])
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        said = 1 / (1 + np.exp(-design @ beta))
        curvature = balance * said * (1 - said) + 1e-6
        gradient = design.T @ (balance * (said - right)) + penalty @ beta
        beta -= np.linalg.solve((design.T * curvature) @ design + penalty, gradient)
    weights = beta[:-1] / spread
    return float(beta[-1] - weights @ middle), weights


def _unseen_log_odds(
    values: Floats, right: npt.NDArray[np.bool_], folds: npt.NDArray[np.int64]
) -> Floats:
    odds = np.zeros(len(values))
    for fold in range(FOLDS):
        intercept, weights = fit(values[folds != fold], right[folds != fold])
        odds[folds == fold] = intercept + values[folds == fold] @ weights
    return odds


def reliability(
    said: Floats, right: npt.NDArray[np.bool_]
) -> list[tuple[float, float, int]]:
    """For each range of confidence: the mean said, the share that was right, and how many."""
    where = np.clip(np.digitize(said, BINS) - 1, 0, len(BINS) - 2)
    parts = [where == number for number in range(len(BINS) - 1)]
    return [
        (float(said[part].mean()), float(right[part].mean()), int(part.sum()))
        for part in parts
        if part.any()
    ]


def draw(table: Sequence[tuple[float, float, int]]) -> str:
    """The reliability plot as SVG: a dot on the diagonal is a confidence that tells the truth."""
    dots = "".join(
        f'<circle cx="{40 + 300 * said:.1f}" cy="{340 - 300 * true:.1f}" r="5"/>'
        f'<text x="{48 + 300 * said:.1f}" y="{352 - 300 * true:.1f}">{count}</text>'
        for said, true, count in table
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 380" font-size="11">'
        '<rect width="400" height="380" fill="white"/>'
        '<rect x="40" y="40" width="300" height="300" fill="none" stroke="black"/>'
        '<path d="M40 340L340 40" stroke="gray"/>'
        '<text x="130" y="370">confidence said</text><text x="40" y="30">share that was right; '
        f'beside each dot the number of clips</text><g fill="darkblue">{dots}</g></svg>\n'
    )


if __name__ == "__main__":
    main()
