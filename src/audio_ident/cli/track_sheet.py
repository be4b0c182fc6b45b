"""Everything that is known of one track, as a page for people."""

import dataclasses
from collections.abc import Iterator

from audio_ident.cli.documents_track import ties_of
from audio_ident.cli.identify import clock
from audio_ident.cli.render import Output
from audio_ident.cli.words import in_words
from audio_ident.model.audio import AudioFacts
from audio_ident.model.chapters import Chapter
from audio_ident.model.display import Origin, ShownName, shown_album, shown_artist, shown_title
from audio_ident.model.library import Track
from audio_ident.model.pictures import FilePicture
from audio_ident.model.tags import Tags
from audio_ident.model.track_sheet import AnalysisState, SoundFigures, TrackSheet
from audio_ident.units import Ticks, ticks_to_seconds

CHAPTER_COLUMNS = ("CHAPTERS FROM", "START>", "END>", "TITLE", "PERFORMER", "ISRC")
PICTURE_COLUMNS = ("PICTURE", "PIXELS>", "BYTES>", "TYPE", "FROM", "DESCRIPTION")
TIE_COLUMNS = ("DUPLICATES", "GROUP", "FILE")

ORIGINS = {
    Origin.EDIT: " (edited)",
    Origin.TAGS: "",
    Origin.PATH: " (suggested by the path)",
    Origin.PLACEHOLDER: " (nobody knows)",
}

NAMED = ("title", "artist", "album")
"""Claims that are shown with their origin, before the others."""

ANALYSES = {
    AnalysisState.CURRENT: "current",
    AnalysisState.OLDER: "older than this program, the next import listens again: {}",
    AnalysisState.MISSING: "not there; the next import listens again",
    AnalysisState.DAMAGED: "damaged; `audio-ident check --repair` says and mends it",
}

_UNITS = {"musicbrainz": "MusicBrainz", "acoustid": "AcoustID", "replaygain": "ReplayGain"}


def show_sheet(output: Output, sheet: TrackSheet) -> None:
    """Print the page; a part of which nothing is known is left out or says so."""
    track = sheet.filed.track
    gap = ("", "")
    output.facts([*_file_facts(sheet), gap, *_tag_facts(track), gap, *_sound_facts(sheet)])
    if sheet.chapters:
        output.text("")
        output.table(CHAPTER_COLUMNS, [_chapter(chapter) for chapter in sheet.chapters])
    if sheet.pictures:
        output.text("")
        output.table(PICTURE_COLUMNS, [_picture(shown) for shown in sheet.pictures])
    ties = ties_of(sheet)
    if ties:
        output.text("")
        output.table(
            TIE_COLUMNS,
            [
                (kind.replace("_", " "), group or "", path)
                for kind, group, paths in ties
                for path in paths
            ],
        )


def _file_facts(sheet: TrackSheet) -> Iterator[tuple[str, str]]:
    filed = sheet.filed
    yield "id", filed.track.id
    yield "file", filed.track.path
    since = filed.missing_since
    yield "state", f"missing since {since.astimezone():%Y-%m-%d %H:%M}" if since else "present"
    for mark in sheet.failures:
        yield "failed", f"{mark.stage} {mark.error_code}: {mark.error_fact}"
    yield "format", _format(filed.facts)
    yield "length", _length(filed.facts)
    yield "size", f"{filed.size_bytes:,} bytes"


def _format(facts: AudioFacts) -> str:
    channels = "1 channel" if facts.channels == 1 else f"{facts.channels} channels"
    bits = f", {facts.bits_per_sample} bits" if facts.bits_per_sample else ", lossy"
    return f"{facts.codec} in {facts.container}, {facts.rate_hz} Hz, {channels}{bits}"


def _length(facts: AudioFacts) -> str:
    length = clock(ticks_to_seconds(facts.duration_ticks))
    if facts.declared_duration_ticks is None:
        return length
    declared = clock(ticks_to_seconds(facts.declared_duration_ticks))
    return length if declared == length else f"{length} (the file claims {declared})"


def _tag_facts(track: Track) -> Iterator[tuple[str, str]]:
    yield "title", _shown(shown_title(track))
    yield "artist", _shown(shown_artist(track))
    yield "album", _shown(shown_album(track))
    evidence = track.evidence
    suggested = {
        "track_number": evidence.track_number,
        "disc_number": evidence.disc_number,
        "date": evidence.year,
    }
    for field in dataclasses.fields(Tags):
        if field.name in NAMED:
            continue
        claim = getattr(track.claims, field.name)
        if _is_told_already(field.name, track.claims):
            continue
        is_edited = getattr(track.edits, field.name, None) is not None
        if claim not in (None, ()):
            unit = " dB" if field.name.endswith("_db") else ""
            yield (
                _label(field.name),
                in_words(claim) + unit + (ORIGINS[Origin.EDIT] if is_edited else ""),
            )
        elif not is_edited and suggested.get(field.name) is not None:
            yield _label(field.name), f"{suggested[field.name]}{ORIGINS[Origin.PATH]}"


def _is_told_already(name: str, tags: Tags) -> bool:
    """Whether a list of values is the one value that is shown in their place."""
    single = getattr(tags, name.removesuffix("s"), None) if name.endswith("s") else None
    return single is not None and getattr(tags, name) == (single,)


def _shown(name: ShownName) -> str:
    return name.text + ORIGINS[name.origin] if name.text else "not known"


def _label(field: str) -> str:
    first, _, rest = field.partition("_")
    if first in _UNITS:
        first = _UNITS[first]
    if field.endswith("_db"):
        rest = rest.removesuffix("_db")
    return f"{first} {rest.replace('_', ' ')}".replace(" id", " ID").strip()


def _sound_facts(sheet: TrackSheet) -> Iterator[tuple[str, str]]:
    yield "analysis", ANALYSES[sheet.analysis].format(", ".join(sheet.unheard))
    sound = sheet.sound
    if sound.integrated_lufs is not None:
        told = f"{sound.integrated_lufs:.1f} LUFS, range {sound.range_lu or 0:.1f} LU"
        yield "loudness", f"{told}; ReplayGain {sound.replaygain_db or 0:+.2f} dB"
    if sound.true_peak_dbtp is not None:
        yield "true peak", f"{sound.true_peak_dbtp:+.1f} dBTP"
    if sound.noise_floor_dbfs is not None:
        yield "noise floor", f"{sound.noise_floor_dbfs:.1f} dBFS"
    if sound.leading_silence_s is not None and sound.trailing_silence_s is not None:
        ends = f"{sound.leading_silence_s:.1f} s at the start"
        yield "silence", f"{ends}, {sound.trailing_silence_s:.1f} s at the end"
    if sound.bandwidth_hz is not None:
        yield "bandwidth", f"{sound.bandwidth_hz / 1000:.1f} kHz"
    yield from _estimates(sound)


def _estimates(sound: SoundFigures) -> Iterator[tuple[str, str]]:
    if sound.is_probably_from_lossy is not None:
        verdict = "probably" if sound.is_probably_from_lossy else "not to be seen"
        evidence = f"evidence {sound.lossy_evidence or 0:.2f}"
        yield "lossy source (estimate)", f"{verdict}, {evidence}"
    if sound.tempo_estimate_bpm is not None:
        confidence = f"confidence {sound.tempo_confidence or 0:.2f}"
        yield "tempo (estimate)", f"{sound.tempo_estimate_bpm:.1f} BPM, {confidence}"
    if sound.key_estimate is not None:
        confidence = f"confidence {sound.key_confidence or 0:.2f}"
        yield "key (estimate)", f"{sound.key_estimate}, {confidence}"


def _chapter(chapter: Chapter) -> tuple[str, ...]:
    return (
        chapter.source.value.replace("_", " "),
        _clock(chapter.start_ticks),
        "end" if chapter.end_ticks is None else _clock(chapter.end_ticks),
        chapter.title or "",
        chapter.performer or "",
        chapter.isrc or "",
    )


def _clock(ticks: Ticks) -> str:
    return clock(ticks_to_seconds(ticks))


def _picture(shown: FilePicture) -> tuple[str, ...]:
    picture = shown.picture
    return (
        shown.role.value,
        f"{picture.width} x {picture.height}",
        f"{picture.size_bytes:,}",
        picture.mime,
        "the file" if shown.source == "embedded" else "its folder",
        shown.description or "",
    )
