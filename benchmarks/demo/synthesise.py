"""Plays a piece: chords, bass, melody and drums in song form, then a room and a mix."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from benchmarks.demo.instruments import MELODIC, RATE_HZ, drum_kit
from benchmarks.demo.pieces import SCALES, STYLES, Piece

from audio_ident.core.degrade import convolve
from audio_ident.model.audio import Mono, Stereo

PROGRESSIONS = ((0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 4, 3), (1, 4, 0, 5), (0, 5, 1, 4), (3, 4, 2, 5),
                (0, 2, 3, 4), (0, 6, 3, 0))  # fmt: skip
"""Roots of the chords of four bars, as steps of the scale."""

FORM = "VVCVCBCVC"
"""Verse, chorus and bridge between intro and outro; a short piece takes the first of them."""

LEVELS = {"plucked string": 0.30, "electric piano": 0.26, "bass": 0.50, "pad": 0.09, "lead": 0.27,
          "kick": 0.75, "snare": 0.45, "hat": 0.12, "open hat": 0.12, "crash": 0.16,
          "tom": 0.40}  # fmt: skip
PANS = {"plucked string": -0.45, "electric piano": 0.35, "pad": -0.15, "lead": 0.1, "hat": 0.4,
        "open hat": 0.45, "crash": -0.5, "tom": -0.25}  # fmt: skip
"""-1 is left, 1 is right, and what is not named stands in the middle."""

PEAK = 0.89
"""Highest sample of a finished piece: 1 dB below full scale."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One sound of one player."""

    player: str
    start_s: float
    length_s: float = 0.0
    pitch: int = 0
    """MIDI number; drums have none."""
    loudness: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Four bars as they are first written; every time they are played a little differently."""

    chords: tuple[int, ...]
    melody: tuple[tuple[int, int, int], ...]
    """Start and length in eighths, step of the scale."""


def synthesise(piece: Piece) -> Stereo:
    """The sound of a piece at `RATE_HZ`, the same for the same seed."""
    rng = np.random.default_rng(piece.seed)
    notes = list(_play(piece, rng))
    length_s = max(note.start_s + note.length_s for note in notes) + 1.5
    dry = _mix(notes, round(length_s * RATE_HZ), rng)
    wet = dry + 0.16 * _reverberate(dry, rng)
    driven = np.tanh(1.4 * wet / np.max(np.abs(wet)))
    return np.asarray(driven * (PEAK / np.max(np.abs(driven))), np.float32)


def _play(piece: Piece, rng: np.random.Generator) -> Iterator[Note]:
    style = STYLES[piece.style]
    bar_s = style.beats * 60 / piece.tempo_bpm
    count = max(4, round(piece.length_s / (4 * bar_s)))
    phrases = {letter: _write_phrase(2 * style.beats, rng) for letter in "VCB"}
    start_s = 0.1
    for letter in "I" + FORM[: count - 2] + "O":
        phrase = phrases["V" if letter in "IO" else letter]
        # people do not keep time like a machine
        phrase_s = 4 * bar_s * rng.normal(1, 0.006)
        eighth_s = phrase_s / (8 * style.beats)
        yield from _band(piece, phrase, letter, eighth_s, rng, start_s)
        start_s += phrase_s


def _write_phrase(eighths: int, rng: np.random.Generator) -> Phrase:
    melody: list[tuple[int, int, int]] = []
    step = int(rng.integers(5, 10))
    motif = [eighth for eighth in range(eighths) if rng.random() < (0.75, 0.35)[eighth % 2]] or [0]
    for bar in range(4):
        ends = [*motif[1:], eighths]
        for eighth, end in zip(motif, ends, strict=True):
            step = int(np.clip(step + rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 3]), 2, 13))
            melody.append((bar * eighths + eighth, end - eighth, step))
    return Phrase(chords=PROGRESSIONS[rng.integers(len(PROGRESSIONS))], melody=tuple(melody))


def _band(
    piece: Piece,
    phrase: Phrase,
    letter: str,
    eighth_s: float,
    rng: np.random.Generator,
    start_s: float,
) -> Iterator[Note]:
    style = STYLES[piece.style]
    bar_eighths = 2 * style.beats
    is_thin = letter in "IO"
    for bar, degree in enumerate(phrase.chords):
        parts = [*_chord_part(piece, degree, letter, rng), *_bass_part(piece, degree, rng)]
        if not is_thin or bar >= 2:
            parts += _drum_part(piece, is_last=bar == 3, letter=letter, rng=rng)
        for eighth, note in parts:
            late = style.swing if eighth % 2 else 0.0
            yield _placed(note, start_s, (bar * bar_eighths + eighth + late), eighth_s, rng)
    if not is_thin:
        for eighth, length, step in phrase.melody:
            step += int(rng.choice([-2, 2])) if rng.random() < 0.15 else 0
            pitch = piece.root + 12 + _semitones(piece, step)
            note = Note(player=style.melody, start_s=0, length_s=length * 0.95, pitch=pitch)
            yield _placed(note, start_s, eighth, eighth_s, rng)


def _placed(
    note: Note, start_s: float, eighths: float, eighth_s: float, rng: np.random.Generator
) -> Note:
    onset_s = start_s + eighths * eighth_s + float(rng.normal(0, 0.005))
    # lengths are rounded so that the same note need not be synthesised again and again
    length_s = round(note.length_s * eighth_s, 1)
    loudness = note.loudness * float(rng.uniform(0.75, 1.0))
    return dataclasses.replace(
        note, start_s=max(0.0, onset_s), length_s=length_s, loudness=loudness
    )


def _chord_part(
    piece: Piece, degree: int, letter: str, rng: np.random.Generator
) -> Iterator[tuple[int, Note]]:
    style = STYLES[piece.style]
    steps = [degree, degree + 2, degree + 4, degree + (6 if letter == "B" else 7)]
    pitches = [piece.root + _semitones(piece, step) for step in steps]
    for number, eighth in enumerate(style.chord_hits):
        heard = [pitches[(number + number // 3) % 4]] if style.is_arpeggio else pitches
        for pitch in heard:
            yield (
                eighth,
                Note(player=style.chords, start_s=0, length_s=1.6, pitch=pitch,
                     loudness=1.0 if style.is_arpeggio else 0.6),
            )  # fmt: skip
    if style.has_pad and letter in "CBO":
        for pitch in rng.permutation(pitches)[:3]:
            yield 0, Note(player="pad", start_s=0, length_s=2.0 * style.beats, pitch=int(pitch))


def _bass_part(piece: Piece, degree: int, rng: np.random.Generator) -> Iterator[tuple[int, Note]]:
    hits = STYLES[piece.style].bass_hits
    for eighth in hits:
        step = degree + int(rng.choice([0, 0, 0, 4, 7]) if eighth else 0)
        pitch = piece.root - 12 + _semitones(piece, step)
        length = 0.9 if len(hits) > 3 else 1.8
        yield eighth, Note(player="bass", start_s=0, length_s=length, pitch=pitch)


def _drum_part(
    piece: Piece, *, is_last: bool, letter: str, rng: np.random.Generator
) -> Iterator[tuple[int, Note]]:
    style = STYLES[piece.style]
    for player, eighths in style.drums.items():
        for eighth in eighths:
            yield eighth, Note(player=player, start_s=0)
    if is_last and "kick" in style.drums:
        for eighth in range(2 * style.beats - 3, 2 * style.beats):
            yield eighth, Note(player="tom" if rng.random() < 0.6 else "snare", start_s=0)
    if letter == "C" and "snare" in style.drums and rng.random() < 0.5:
        yield 0, Note(player="crash", start_s=0)


def _semitones(piece: Piece, step: int) -> int:
    scale = SCALES[piece.scale]
    return 12 * (step // len(scale)) + scale[step % len(scale)]


def _mix(notes: list[Note], length: int, rng: np.random.Generator) -> Stereo:
    mix = np.zeros((length, 2), np.float32)
    kit = drum_kit(rng)
    known: dict[tuple[str, int, float], Mono] = {}
    for number, note in enumerate(notes):
        if note.player in kit:
            sound = kit[note.player][number % 4]
        else:
            key = (note.player, note.pitch, note.length_s)
            if key not in known:
                pitch_hz = 440 * 2 ** ((note.pitch - 69) / 12)
                known[key] = MELODIC[note.player](pitch_hz, note.length_s)
            sound = known[key]
        _add(mix, sound, note)
    return mix


def _add(mix: Stereo, sound: Mono, note: Note) -> None:
    start = round(note.start_s * RATE_HZ)
    sound = sound[: len(mix) - start]
    angle = (1 + PANS.get(note.player, 0.0)) * np.pi / 4
    gain = LEVELS[note.player] * note.loudness
    mix[start : start + len(sound), 0] += sound * np.float32(gain * np.cos(angle))
    mix[start : start + len(sound), 1] += sound * np.float32(gain * np.sin(angle))


def _reverberate(dry: Stereo, rng: np.random.Generator) -> Stereo:
    time_s = np.arange(round(1.1 * RATE_HZ)) / RATE_HZ
    tail = rng.standard_normal((len(time_s), 2)) * np.exp(-time_s * 5.5)[:, np.newaxis]
    return convolve(dry, (tail / np.sqrt(np.sum(tail**2, axis=0))).astype(np.float32))
