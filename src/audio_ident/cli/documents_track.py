"""Everything that is known of one track as a JSON document (`docs/reference/cli.md`)."""

from audio_ident.cli.documents import Document, track_document
from audio_ident.model.chapters import Chapter
from audio_ident.model.kinship import Kinship
from audio_ident.model.library import StageMark
from audio_ident.model.pictures import FilePicture
from audio_ident.model.track_sheet import SoundFigures, TrackSheet
from audio_ident.units import Ticks, seconds_to_milliseconds, ticks_to_seconds

CONTAINS = "contains"
"""`contained_in`, seen from the longer recording."""


def sheet_document(sheet: TrackSheet) -> Document:
    filed, facts = sheet.filed, sheet.filed.facts
    since = filed.missing_since
    return {
        **track_document(filed.track),
        "missing_since": None if since is None else since.isoformat(),
        "size_bytes": filed.size_bytes,
        "format": {
            "container": facts.container,
            "codec": facts.codec,
            "rate_hz": facts.rate_hz,
            "channels": facts.channels,
            "bits_per_sample": facts.bits_per_sample,
            "declared_duration_ms": _ticks_ms(facts.declared_duration_ticks),
        },
        "failed_stages": [_failure(mark) for mark in sheet.failures],
        "chapters": [_chapter(chapter) for chapter in sheet.chapters],
        "pictures": [_picture(shown) for shown in sheet.pictures],
        "analysis": {"state": sheet.analysis.value, "unheard": list(sheet.unheard)},
        "sound": _sound(sheet.sound),
        "duplicates": [
            {"kinship": kind, "group": group, "paths": paths}
            for kind, group, paths in ties_of(sheet)
        ],
    }


def _failure(mark: StageMark) -> Document:
    return {"stage": mark.stage.value, "code": mark.error_code, "fact": mark.error_fact}


def _chapter(chapter: Chapter) -> Document:
    return {
        "source": chapter.source.value,
        "start_ms": _ticks_ms(chapter.start_ticks),
        "end_ms": _ticks_ms(chapter.end_ticks),
        "title": chapter.title,
        "performer": chapter.performer,
        "isrc": chapter.isrc,
    }


def _picture(shown: FilePicture) -> Document:
    return {
        "role": shown.role.value,
        "source": shown.source.value,
        "description": shown.description,
        "mime": shown.picture.mime,
        "width": shown.picture.width,
        "height": shown.picture.height,
        "size_bytes": shown.picture.size_bytes,
        "sha256": shown.picture.sha256,
    }


def _sound(sound: SoundFigures) -> Document:
    return {
        "integrated_lufs": _rounded(sound.integrated_lufs, 2),
        "range_lu": _rounded(sound.range_lu, 2),
        "true_peak_dbtp": _rounded(sound.true_peak_dbtp, 2),
        "replaygain_db": _rounded(sound.replaygain_db, 2),
        "noise_floor_dbfs": _rounded(sound.noise_floor_dbfs, 1),
        "leading_silence_ms": _seconds_ms(sound.leading_silence_s),
        "trailing_silence_ms": _seconds_ms(sound.trailing_silence_s),
        "bandwidth_hz": _rounded(sound.bandwidth_hz, 0),
        "is_probably_from_lossy": sound.is_probably_from_lossy,
        "lossy_evidence": _rounded(sound.lossy_evidence, 4),
        "tempo_estimate_bpm": _rounded(sound.tempo_estimate_bpm, 1),
        "tempo_confidence": _rounded(sound.tempo_confidence, 4),
        "key_estimate": sound.key_estimate,
        "key_confidence": _rounded(sound.key_confidence, 4),
    }


def ties_of(sheet: TrackSheet) -> list[tuple[str, str | None, list[str]]]:
    """What the track has in common with others: the kind, the group if there is one, files."""
    track = sheet.filed.track
    ties: list[tuple[str, str | None, list[str]]] = []
    for group in sheet.groups:
        paths = [copy.track.path for copy in group.copies if copy.track.id != track.id]
        ties.append((group.kinship.value, group.id, paths))
    for part in sheet.containments:
        is_inside = part.relation.first == track.digest
        others = part.container if is_inside else part.contained
        kind = Kinship.CONTAINED_IN.value if is_inside else CONTAINS
        ties.append((kind, None, [copy.track.path for copy in others]))
    return ties


def _rounded(figure: float | None, digits: int) -> float | None:
    return None if figure is None else round(figure, digits)


def _ticks_ms(ticks: Ticks | None) -> int | None:
    return None if ticks is None else seconds_to_milliseconds(ticks_to_seconds(ticks))


def _seconds_ms(seconds: float | None) -> int | None:
    return None if seconds is None else seconds_to_milliseconds(seconds)
