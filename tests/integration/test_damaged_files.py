"""Damaged, cut and foreign files get the outcome that a person expects."""

import io
import re
from pathlib import Path

import mutagen.flac
import mutagen.id3
import mutagen.mp3
import numpy as np
import pytest

from audio_ident.errors import AudioTooShort, DecodeFailed, FileProblem, NoAudio, VideoFile
from audio_ident.model.audio import Feed
from builders.encode import KINDS, cover_png, encode, encode_film
from builders.hearing import Heard, hear
from builders.signals import chirps

SECONDS = 12.0


def _warned_seconds(heard: Heard) -> tuple[float, float | None]:
    (warning,) = heard.outcome.warnings
    assert warning.code == "DECODE_PARTIAL"
    found = re.match(r"decoded ([\d.]+) of ([\d.]+|an unknown number of) seconds", warning.message)
    assert found is not None, warning.message
    whole = found.group(2)
    return float(found.group(1)), None if whole.startswith("an") else float(whole)


@pytest.mark.parametrize("name", ["mp3", "flac", "aac faststart", "wav 16 bit", "aiff", "wavpack"])
def test_a_truncated_file_is_used_and_says_what_is_missing(name: str) -> None:
    """Half of a file gives about half of the seconds, and both numbers."""
    kind = KINDS[name]
    whole = encode(chirps(SECONDS, kind.rate_hz), kind)
    heard = hear(whole[: len(whole) // 2])
    decoded_s, declared_s = _warned_seconds(heard)
    assert declared_s == pytest.approx(SECONDS, abs=0.1)
    assert SECONDS * 0.3 < decoded_s < SECONDS * 0.7
    assert decoded_s == pytest.approx(len(heard.samples()) / 16_000, abs=0.06)


@pytest.mark.parametrize("name", ["mp3", "flac", "ogg vorbis", "opus", "aac faststart"])
def test_a_half_corrupt_file_is_used_with_a_warning(name: str) -> None:
    """Noise written over a third of the file costs that third and no more."""
    kind = KINDS[name]
    encoded = bytearray(encode(chirps(SECONDS, kind.rate_hz), kind))
    start, end = len(encoded) // 3, 2 * len(encoded) // 3
    encoded[start:end] = np.random.default_rng(3).bytes(end - start)
    heard = hear(bytes(encoded))
    _warned_seconds(heard)
    assert len(heard.samples()) > SECONDS * 0.3 * 16_000
    assert np.isfinite(heard.samples()).all()


@pytest.mark.parametrize("name", ["flac", "ogg vorbis", "opus", "aac faststart", "wma", "alac"])
def test_a_file_of_headers_alone_fails_to_decode(name: str) -> None:
    """A known container without any audio that decodes is that file's error."""
    kind = KINDS[name]
    encoded = encode(chirps(2, kind.rate_hz), kind)
    with pytest.raises((DecodeFailed, AudioTooShort)):
        hear(encoded[:60])


def test_an_mp4_without_its_index_fails_to_decode() -> None:
    """A download that broke off before the index cannot be played by anything."""
    encoded = encode(chirps(4), KINDS["aac, moov at the end"])
    with pytest.raises(DecodeFailed, match="damaged"):
        hear(encoded[: len(encoded) // 2])


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("tags", [1, 2])
def test_an_id3_tag_before_any_container_is_skipped(name: str, tags: int) -> None:
    """Programs write ID3 before containers that know no such tag; the sound is the same."""
    kind = KINDS[name]
    encoded = encode(chirps(2, kind.rate_hz), kind)
    frame = b"TIT2" + (6).to_bytes(4, "big") + b"\0\0" + b"\x03Titel"
    tag = b"ID3\x03\0\0" + bytes([0, 0, 0, len(frame)]) + frame
    heard = hear(tags * tag + encoded)
    assert not heard.outcome.warnings
    np.testing.assert_array_equal(heard.samples(), hear(encoded).samples())


@pytest.mark.parametrize("with_sound", [True, False])
def test_a_film_is_not_music(with_sound: bool) -> None:
    """Moving pictures make a film, with or without sound."""
    with pytest.raises(VideoFile):
        hear(encode_film(with_sound=with_sound))


@pytest.mark.parametrize("name", ["mp3", "flac"])
def test_cover_art_makes_no_film(name: str, tmp_path: Path) -> None:
    """A file with a picture is music all the same."""
    path = tmp_path / f"song.{name}"
    path.write_bytes(encode(chirps(2), KINDS[name]))
    _add_cover(path)
    assert len(hear(path).samples()) == 32_000


def test_a_file_of_cover_art_alone_has_no_audio(tmp_path: Path) -> None:
    """Tags and a picture without a frame of sound."""
    path = tmp_path / "cover.mp3"
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, data=cover_png()))
    tags.save(path)
    with pytest.raises(NoAudio):
        hear(path)


def test_a_header_without_samples_is_too_short() -> None:
    """An empty recording is no damaged file."""
    encoded = encode(chirps(1), KINDS["wav 16 bit"])
    header = encoded[: encoded.index(b"data") + 4] + bytes(4)
    with pytest.raises(AudioTooShort):
        hear(header)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_mutated_files_only_raise_problems_of_the_file(name: str) -> None:
    """Whatever bytes are changed, PyAV's own exceptions never come through."""
    rng = np.random.default_rng(11)
    encoded = encode(chirps(1, KINDS[name].rate_hz), KINDS[name])
    for _ in range(12):
        damaged = np.frombuffer(encoded, np.uint8).copy()
        reach = len(damaged) if rng.random() < 0.5 else 400
        damaged[rng.integers(0, reach, 20)] = rng.integers(0, 256, 20)
        try:
            samples = hear(io.BytesIO(damaged.tobytes())).samples()
        except FileProblem:
            continue
        assert np.isfinite(samples).all()
        assert np.abs(samples).max(initial=0) <= 1


def _add_cover(path: Path) -> None:
    if path.suffix == ".mp3":
        song = mutagen.mp3.MP3(path)
        song.tags or song.add_tags()
        song.tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, data=cover_png()))
        song.save()
        return
    song = mutagen.flac.FLAC(path)
    picture = mutagen.flac.Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", cover_png()
    song.add_picture(picture)
    song.save()


def test_a_change_of_rate_and_channels_in_the_middle_is_survived() -> None:
    """Two MP3 streams in one file are heard one after the other, each at its own rate."""
    kind = KINDS["mp3 without Xing and ID3"]
    first = encode(chirps(3, 44_100, 2), kind)
    second = encode(chirps(3, 48_000, 1), kind, 48_000)
    heard = hear(first + second, (Feed.MONO_16K, Feed.STEREO_48K))
    assert len(heard.samples()) / 16_000 == pytest.approx(6, abs=0.15)
    assert len(heard.samples(Feed.STEREO_48K)) / 48_000 == pytest.approx(6, abs=0.15)
    assert heard.outcome.facts.duration_ticks / 28_224_000 == pytest.approx(6, abs=0.15)
    assert np.abs(heard.samples()[60_000:]).max() > 0.5


def test_another_stream_chained_behind_an_ogg_is_heard() -> None:
    """Ogg allows streams one after the other; both are one recording."""
    kind = KINDS["ogg vorbis"]
    heard = hear(encode(chirps(2), kind) + encode(chirps(2), kind))
    assert len(heard.samples()) / 16_000 == pytest.approx(4, abs=0.15)


@pytest.mark.parametrize("rate_hz", [1, 100, 2_147_483_647])
def test_a_rate_that_no_recording_has_is_damage(rate_hz: int) -> None:
    """A header of 1 Hz would blow five thousand samples up to an hour and a half."""
    encoded = encode(chirps(1, 44_100, 1), KINDS["wav 16 bit"])
    lied = encoded.replace((44_100).to_bytes(4, "little"), rate_hz.to_bytes(4, "little"))
    with pytest.raises(DecodeFailed):
        hear(lied)


@pytest.mark.parametrize("channels", [3, 7, 64])
def test_channels_without_names_are_averaged(channels: int) -> None:
    """A plain WAV header says how many channels there are and not where they stand."""
    encoded = encode(chirps(1, 16_000, 1), KINDS["wav 16 bit"], 16_000)
    header, samples = encoded[:20], np.frombuffer(encoded[-32_000:], np.int16)
    form = (
        np.array([1, channels], "<u2").tobytes()
        + np.array([16_000, 32_000 * channels], "<u4").tobytes()
    )
    form += np.array([2 * channels, 16], "<u2").tobytes()
    data = np.repeat(samples, channels).tobytes()
    riff = (36 + len(data)).to_bytes(4, "little")
    wide = b"RIFF" + riff + header[8:20] + form + b"data" + len(data).to_bytes(4, "little") + data
    heard = hear(wide, (Feed.MONO_16K, Feed.STEREO_48K))
    assert heard.outcome.facts.channels == channels
    np.testing.assert_allclose(heard.samples(), hear(encoded).samples(), atol=1e-5)
    assert heard.samples(Feed.STEREO_48K).shape == (48_000, 2)


def test_eight_planar_channels_are_heard() -> None:
    """PyAV counts a ninth plane in such frames, which points nowhere."""
    heard = hear(encode(chirps(2, 48_000, 8), KINDS["aac faststart"], 48_000))
    assert heard.outcome.facts.channels == 8
    assert len(heard.samples()) == 32_000
    assert 0.3 < np.abs(heard.samples()).max() < 0.9
