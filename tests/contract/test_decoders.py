"""Every decoder keeps the promises of `engines.protocols.Decoder`."""

import dataclasses
import errno
import io
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from audio_ident.engines.clip import decode_clip
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import Decoder
from audio_ident.errors import (
    BadInput,
    DecodeTimeout,
    FileProblem,
    FileUnreadable,
    LimitExceeded,
    UnsupportedFormat,
)
from audio_ident.model.audio import Feed
from builders.encode import KINDS, encode
from builders.hearing import GENEROUS, hear
from builders.signals import chirps

DECODERS: dict[str, Callable[[Callable[[], float]], Decoder]] = {"pyav": PyavDecoder}

SDP = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n"
PLAYLISTS = {
    "SDP": SDP,
    "HLS": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n",
    "concat": b"ffconcat version 1.0\nfile 'song.wav'\n",
    "DASH": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    "text": b"This is no music at all.\n" * 400,
    "empty": b"",
    "random": np.random.default_rng(7).bytes(200_000),
}


@pytest.fixture(params=sorted(DECODERS))
def new_decoder(request: pytest.FixtureRequest) -> Callable[[Callable[[], float]], Decoder]:
    """Makes a decoder with a clock of the test's choice."""
    return DECODERS[request.param]


@pytest.fixture
def decoder(new_decoder: Callable[[Callable[[], float]], Decoder]) -> Decoder:
    """A decoder with the real clock."""
    return new_decoder(time.monotonic)


@pytest.mark.parametrize("kind", ["mp3", "wav 16 bit", "opus"])
def test_a_feed_is_the_same_whichever_others_are_wanted(decoder: Decoder, kind: str) -> None:
    """The mono stream is bit-identical with and without the stereo stream."""
    encoded = encode(chirps(2.3, KINDS[kind].rate_hz), KINDS[kind])
    alone = hear(encoded, decoder=decoder)
    together = hear(encoded, (Feed.STEREO_48K, Feed.MONO_16K, Feed.AUDIO_PACKETS), decoder=decoder)
    assert np.array_equal(alone.samples(), together.samples())
    assert together.samples(Feed.STEREO_48K).shape == (round(2.3 * 48_000), 2)


def test_blocks_last_about_a_second_and_fit_the_duration(decoder: Decoder) -> None:
    """No block is longer than 1.5 s, and together they last as long as the facts say."""
    heard = hear(encode(chirps(5.2), KINDS["flac"]), decoder=decoder)
    lengths = [len(block) for block in heard.blocks[Feed.MONO_16K]]
    assert max(lengths) <= 24_000
    assert min(lengths[:-1]) >= 16_000
    assert sum(lengths) == round(5.2 * 16_000)
    assert heard.outcome.facts.duration_ticks == round(5.2 * 28_224_000)


@pytest.mark.parametrize(("kind", "tolerance"), [("wav 16 bit", 1e-4), ("wav float", 1e-6)])
def test_equal_channels_average_to_themselves(
    decoder: Decoder, kind: str, tolerance: float
) -> None:
    """Mono and stereo files of one sound give one mono stream: no gain of 3 dB."""
    one = hear(encode(chirps(1, 16_000, 1), KINDS[kind], 16_000), decoder=decoder).samples()
    two = hear(encode(chirps(1, 16_000, 2), KINDS[kind], 16_000), decoder=decoder).samples()
    six = hear(encode(chirps(1, 16_000, 6), KINDS[kind], 16_000), decoder=decoder).samples()
    np.testing.assert_allclose(one, chirps(1, 16_000, 1)[:, 0], atol=tolerance)
    np.testing.assert_allclose(two, one, atol=1e-7)
    np.testing.assert_allclose(six, one, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "channels"),
    [*itertools.product(["wav 16 bit", "wav float", "flac", "wav 8 bit"], [1, 2, 6]), ("mp3", 2)],
)
def test_native_blocks_are_the_samples_of_the_file(
    decoder: Decoder, kind: str, channels: int
) -> None:
    """Rate and channels are the file's, planes are contiguous, and nothing is lost or added."""
    samples = chirps(2.3, 22_050, channels) * np.linspace(1, 0.5, channels, dtype=np.float32)
    heard = hear(
        encode(samples, KINDS[kind], 22_050), (Feed.NATIVE, Feed.MONO_16K), decoder=decoder
    )
    blocks = heard.blocks[Feed.NATIVE]
    for block in blocks:
        assert block.rate_hz == 22_050
        assert len(block.planes) == len(block.channel_names) == channels
        assert {plane.shape for plane in block.planes} == {block.planes[0].shape}
        assert len(block.planes[0]) <= 32_768
        assert all(p.flags.c_contiguous and p.dtype == np.float32 for p in block.planes)
    planes = [np.concatenate(parts) for parts in zip(*(b.planes for b in blocks), strict=True)]
    padding = len(planes[0]) - len(samples)
    assert 0 <= padding <= (64 if kind == "mp3" else 0)
    tolerance = {"mp3": 0.1, "wav 8 bit": 0.01}.get(kind, 1e-4)
    heard_samples = np.stack(planes, axis=1)[: len(samples)]
    np.testing.assert_allclose(heard_samples, samples, atol=tolerance)


def test_native_blocks_keep_what_overshoots(decoder: Decoder) -> None:
    """Samples above full scale are heard as they are; damaged ones are tamed."""
    samples = np.full((10_000, 2), 1.3, np.float32)
    blocks = hear(encode(samples, KINDS["wav float"]), (Feed.NATIVE,), decoder=decoder).blocks
    assert {float(b.planes[0].max()) for b in blocks[Feed.NATIVE]} == {np.float32(1.3)}
    samples[500] = np.nan
    blocks = hear(encode(samples, KINDS["wav float"]), (Feed.NATIVE,), decoder=decoder).blocks
    assert all(np.isfinite(b.planes[0]).all() for b in blocks[Feed.NATIVE])


def test_stereo_keeps_the_sides_apart(decoder: Decoder) -> None:
    """A sound on the left stays on the left; one in the middle of 5.1 is on both sides."""
    left = chirps(1, 48_000, 2) * np.array([1, 0], np.float32)
    heard = hear(encode(left, KINDS["wav float"], 48_000), (Feed.STEREO_48K,), decoder=decoder)
    np.testing.assert_allclose(heard.samples(Feed.STEREO_48K), left, atol=1e-6)
    centre = chirps(1, 48_000, 6) * np.array([0, 0, 1, 0, 0, 0], np.float32)
    heard = hear(encode(centre, KINDS["wav float"], 48_000), (Feed.STEREO_48K,), decoder=decoder)
    stereo = heard.samples(Feed.STEREO_48K)
    np.testing.assert_array_equal(stereo[:, 0], stereo[:, 1])
    assert 0.1 < np.abs(stereo).max() < 0.6


def test_samples_are_finite_and_inside_full_scale(decoder: Decoder) -> None:
    """A float file with infinities, no-numbers and huge values is tamed."""
    samples = chirps(1.0)
    samples[1000:1010] = [[np.nan, np.inf]]
    samples[30_000:30_100] = 1e30
    encoded = encode(samples, KINDS["wav float"])
    heard = hear(encoded, (Feed.MONO_16K, Feed.STEREO_48K), decoder=decoder)
    for feed in (Feed.MONO_16K, Feed.STEREO_48K):
        assert np.isfinite(heard.samples(feed)).all()
        assert np.abs(heard.samples(feed)).max() <= 1


@pytest.mark.parametrize("name", sorted(PLAYLISTS))
def test_what_is_no_audio_is_refused(decoder: Decoder, name: str, tmp_path: Path) -> None:
    """Text that would open sockets or other files, and noise, are no audio."""
    with pytest.raises(UnsupportedFormat):
        hear(PLAYLISTS[name], decoder=decoder)
    path = tmp_path / "song.mp3"
    path.write_bytes(PLAYLISTS[name])
    with pytest.raises(UnsupportedFormat):
        hear(path, decoder=decoder)


def test_random_bytes_never_pass_as_audio(decoder: Decoder) -> None:
    """Containers without a magic number are not seen in noise."""
    for seed in range(40):
        with pytest.raises(FileProblem):
            hear(np.random.default_rng(seed).bytes(30_000), decoder=decoder)


def test_too_many_bytes_are_refused_unread(decoder: Decoder) -> None:
    """The size is checked before anything is decoded."""
    encoded = encode(chirps(1), KINDS["flac"])
    limits = dataclasses.replace(GENEROUS, max_bytes=len(encoded) - 1)
    with pytest.raises(LimitExceeded, match="bytes"):
        hear(encoded, limits=limits, decoder=decoder)


def test_too_many_seconds_are_refused(decoder: Decoder) -> None:
    """Decoding stops when the audio is longer than allowed."""
    limits = dataclasses.replace(GENEROUS, max_seconds=2)
    with pytest.raises(LimitExceeded, match="2 s"):
        hear(encode(chirps(4), KINDS["mp3"]), limits=limits, decoder=decoder)


def test_a_slow_decode_is_given_up(
    new_decoder: Callable[[Callable[[], float]], Decoder],
) -> None:
    """The clock is looked at while decoding."""
    ticking: Iterator[int] = itertools.count(0, 40)
    decoder = new_decoder(lambda: float(next(ticking)))
    with pytest.raises(DecodeTimeout, match="60 s"):
        hear(encode(chirps(4), KINDS["mp3"]), decoder=decoder)


def test_a_file_that_is_not_there_is_unreadable(decoder: Decoder, tmp_path: Path) -> None:
    """Errors of the operating system are told as such."""
    with pytest.raises(FileUnreadable):
        hear(tmp_path / "nowhere.mp3", decoder=decoder)
    with pytest.raises(FileUnreadable):
        hear(tmp_path, decoder=decoder)


def test_the_bytes_of_the_file_are_not_a_decoders_business(decoder: Decoder) -> None:
    """Asking for them is a mistake of the program."""
    with pytest.raises(BadInput):
        hear(encode(chirps(1), KINDS["flac"]), (Feed.FILE_BYTES,), decoder=decoder)


class _FailingDisk(io.BytesIO):
    """A file whose disk gives up after a while."""

    def read(self, size: int | None = -1) -> bytes:
        """Read, but not behind the first 100 kB."""
        if self.tell() > 100_000:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_failing_disk_makes_a_file_unreadable(decoder: Decoder) -> None:
    """An error of the disk in the middle is no damage of the file: another try may succeed."""
    with pytest.raises(FileUnreadable, match="Input/output"):
        hear(_FailingDisk(encode(chirps(20), KINDS["wav 16 bit"])), decoder=decoder)


@pytest.mark.parametrize("mistake", [IndexError, OSError, ValueError])
def test_errors_of_a_listener_pass(decoder: Decoder, mistake: type[Exception]) -> None:
    """A mistake in a listener is not taken for a damaged file."""

    def sink(block: object) -> None:
        raise mistake(f"a mistake of ours, with {block!r}")

    with pytest.raises(mistake, match="of ours"):
        decoder.listen(
            io.BytesIO(encode(chirps(1), KINDS["flac"])), {Feed.MONO_16K: sink}, GENEROUS
        )


def test_a_clip_is_the_start_of_the_file(decoder: Decoder) -> None:
    """Only the first seconds are given, the same samples that decoding everything gives."""
    encoded = encode(chirps(4), KINDS["mp3"])
    limits = dataclasses.replace(GENEROUS, first_s=1.5, max_seconds=3)
    clip = decode_clip(decoder, io.BytesIO(encoded), limits)
    assert clip.shape == (24_000,)
    np.testing.assert_array_equal(clip[:23_000], hear(encoded).samples()[:23_000])


def test_a_path_and_an_open_file_give_the_same(decoder: Decoder, tmp_path: Path) -> None:
    """It does not matter how the source comes; a given file stays open."""
    path = tmp_path / "odd \udcff name: 1.flac"
    path.write_bytes(encode(chirps(1), KINDS["flac"]))
    with path.open("rb") as file:
        from_file = hear(file, decoder=decoder).samples()
        assert not file.closed
    np.testing.assert_array_equal(hear(path, decoder=decoder).samples(), from_file)


@pytest.mark.parametrize("name", KINDS)
def test_packets_can_be_read_without_decoding(name: str) -> None:
    """A `PacketReader` hands on the same blocks as the feed of a full decode."""
    source = encode(chirps(2, KINDS[name].rate_hz), KINDS[name])
    decoder = PyavDecoder(clock=time.monotonic)
    decoded: list[bytes] = []
    read: list[bytes] = []

    decoder.listen(io.BytesIO(source), {Feed.AUDIO_PACKETS: decoded.append}, GENEROUS)

    assert decoder.read_packets(io.BytesIO(source), read.append, GENEROUS)
    assert read == decoded
    assert len(read) > 1


def test_reading_packets_keeps_the_limits() -> None:
    """It gives up in time, and refuses what is no audio."""
    source = encode(chirps(2), KINDS["mp3"])
    late = PyavDecoder(clock=itertools.count(step=1000).__next__)

    with pytest.raises(DecodeTimeout):
        late.read_packets(io.BytesIO(source), len, GENEROUS)
    with pytest.raises(UnsupportedFormat):
        PyavDecoder(clock=time.monotonic).read_packets(io.BytesIO(b"no audio"), len, GENEROUS)
