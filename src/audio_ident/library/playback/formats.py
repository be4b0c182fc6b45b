"""Which form of a track is sent: the original where it can be played, else what comes nearest."""

from collections.abc import Mapping

from audio_ident.library.playback.media_types import is_played_by_browsers
from audio_ident.model.audio import AudioFacts
from audio_ident.model.playback import AudioFormat, Conversion, FormatWish, StoredTrack
from audio_ident.refusals import Conflict

MADE_TYPES: Mapping[AudioFormat, str] = {
    AudioFormat.FLAC: "audio/flac",
    AudioFormat.OPUS: "audio/ogg",
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.WAV: "audio/wav",
}
"""Media type of each format that we make."""

MADE_SUFFIXES: Mapping[AudioFormat, str] = {
    AudioFormat.FLAC: ".flac",
    AudioFormat.OPUS: ".opus",
    AudioFormat.MP3: ".mp3",
    AudioFormat.WAV: ".wav",
}

_FOR_LOSSLESS = (AudioFormat.FLAC, AudioFormat.OPUS, AudioFormat.MP3, AudioFormat.WAV)
_FOR_LOSSY = (AudioFormat.OPUS, AudioFormat.MP3, AudioFormat.FLAC, AudioFormat.WAV)

_SAME = {
    (AudioFormat.FLAC, "audio/flac", "flac"),
    (AudioFormat.OPUS, "audio/ogg", "opus"),
    (AudioFormat.MP3, "audio/mpeg", "mp3"),
}
"""Files that are in a format already; WAV may hold anything, so it is always made."""

_MP3_RATES_HZ = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})
_OPUS_RATE_HZ = 48_000
_HIGHEST_RATE_HZ = 192_000
"""Above it (DSD) the sound card of no listener follows, and not every browser."""


def chosen_format(
    stored: StoredTrack, media_type: str, wish: FormatWish, accepted: str
) -> AudioFormat:
    """What to send of a track whose file is of a type.

    Parameters
    ----------
    accepted
        The header `Accept`; empty accepts everything. Only `auto` looks at it, and a header that
        leaves nothing over is not believed.

    Raises
    ------
    Conflict
        The original of a track that is only a part of its file.
    """
    codec = stored.facts.codec
    if wish is FormatWish.ORIGINAL and not stored.is_whole_file:
        raise Conflict(
            "the track is a part of its file, so it has no original of its own",
            details={"formats": [str(made) for made in MADE_TYPES]},
        )
    if wish is not FormatWish.AUTO:
        asked = AudioFormat(wish)
        is_same = stored.is_whole_file and (asked, media_type, codec) in _SAME
        return AudioFormat.ORIGINAL if is_same else asked
    if stored.is_whole_file:
        is_wanted = _accepts(accepted, media_type, wildcards=False)
        is_played = is_played_by_browsers(media_type, codec)
        if is_wanted or (is_played and _accepts(accepted, media_type, wildcards=True)):
            return AudioFormat.ORIGINAL
    order = _FOR_LOSSLESS if is_lossless(stored.facts) else _FOR_LOSSY
    for made in order:
        if _accepts(accepted, MADE_TYPES[made], wildcards=True):
            return made
    return order[0]


def conversion_of(stored: StoredTrack, made: AudioFormat) -> Conversion:
    """How a track becomes a format."""
    facts = stored.facts
    return Conversion(
        path=stored.track.path,
        root=stored.root,
        start_ticks=stored.track.points.start_ticks,
        end_ticks=stored.track.points.end_ticks,
        format=made,
        rate_hz=_rate_hz(made, facts.rate_hz),
        channels=min(2, facts.channels),
        is_16_bit=not is_lossless(facts) or (facts.bits_per_sample or 24) <= 16,
    )


def is_lossless(facts: AudioFacts) -> bool:
    """Whether a file holds all that was recorded."""
    return facts.bits_per_sample is not None or facts.codec.startswith("dsd")


def _rate_hz(made: AudioFormat, rate_hz: int) -> int:
    if made is AudioFormat.OPUS:
        return _OPUS_RATE_HZ
    if made is AudioFormat.MP3 and rate_hz not in _MP3_RATES_HZ:
        return 44_100 if rate_hz % 44_100 == 0 else 48_000
    while rate_hz > _HIGHEST_RATE_HZ:
        rate_hz //= 2
    return rate_hz


def _accepts(header: str, media_type: str, *, wildcards: bool) -> bool:
    """Whether a type is accepted: the most specific entry for it counts (RFC 9110 12.5.1)."""
    if not header.strip():
        return wildcards
    weights = dict(_entry(entry) for entry in header.split(","))
    if media_type in weights:
        return weights[media_type] > 0
    return wildcards and weights.get("audio/*", weights.get("*/*", 0.0)) > 0


def _entry(entry: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in entry.split(";"))
    weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    try:
        return media_range, float(weight)
    except ValueError:
        return media_range, 1.0
