"""Everything that is known of one track, as the service tells it."""

import dataclasses
import datetime
from typing import Any, Literal

import pydantic

from audio_ident.api.schemas.tracks import ListedTrackInfo, listed_track
from audio_ident.api.texts import told
from audio_ident.model.browse import ListedTrack
from audio_ident.model.chapters import Chapter
from audio_ident.model.display import ShownName, shown_album, shown_artist, shown_title
from audio_ident.model.library import StageMark, StageStatus
from audio_ident.model.pictures import FilePicture
from audio_ident.model.track_sheet import TrackSheet
from audio_ident.units import Ticks, ticks_to_seconds

_LONG = frozenset({"acoustid_fingerprint"})


class ShownText(pydantic.BaseModel):
    """A name and who says so."""

    text: str = pydantic.Field(description="As it is shown.", examples=["Svefn-g-englar"])
    origin: Literal["edit", "tags", "path", "placeholder"] = pydantic.Field(
        description="A person, the tags, the name of file or folders, or nobody.",
        examples=["tags"],
    )


class ShownTexts(pydantic.BaseModel):
    """The names of a track with who says so."""

    title: ShownText = pydantic.Field(description="What to call the track.")
    artist: ShownText = pydantic.Field(description="Whom to credit it to.")
    album: ShownText = pydantic.Field(description="What album it is on.")


class StageInfo(pydantic.BaseModel):
    """How far one step of the work on a file has come."""

    stage: str = pydantic.Field(description="`tags`, `analysis` or `index`.", examples=["analysis"])
    status: str = pydantic.Field(
        description="`ready`, `pending`, `due` (to be done again) or `failed`.", examples=["ready"]
    )
    code: str | None = pydantic.Field(description="Code of the error, if it failed.")
    is_retryable: bool = pydantic.Field(description="Whether trying again may help.")


class SoundInfo(pydantic.BaseModel):
    """What listening measured, and what it estimates; null where nothing can be said."""

    integrated_lufs: float | None = pydantic.Field(description="Loudness (EBU R 128).")
    range_lu: float | None = pydantic.Field(description="Loudness range.")
    true_peak_dbtp: float | None = pydantic.Field(description="True peak.")
    replaygain_db: float | None = pydantic.Field(description="Change that brings it to -18 LUFS.")
    noise_floor_dbfs: float | None = pydantic.Field(description="Level of the quietest moments.")
    leading_silence_seconds: float | None = pydantic.Field(description="Silence at the start.")
    trailing_silence_seconds: float | None = pydantic.Field(description="Silence at the end.")
    bandwidth_hz: float | None = pydantic.Field(description="Highest frequency really present.")
    is_probably_from_lossy: bool | None = pydantic.Field(
        description="An estimate: made from a lossy file."
    )
    lossy_evidence: float | None = pydantic.Field(description="Evidence for that, 0 to 1.")
    tempo_estimate_bpm: float | None = pydantic.Field(description="Estimated tempo.")
    tempo_confidence: float | None = pydantic.Field(description="How sure that is, 0 to 1.")
    key_estimate: str | None = pydantic.Field(description="Estimated key.", examples=["A minor"])
    key_confidence: float | None = pydantic.Field(description="How sure that is, 0 to 1.")


class ChapterInfo(pydantic.BaseModel):
    """A span of the file that its container or a cue sheet names."""

    source: str = pydantic.Field(description="Who names it.", examples=["cue_file"])
    start_seconds: float = pydantic.Field(description="Where it starts.")
    end_seconds: float | None = pydantic.Field(description="Where it ends; null: at the end.")
    title: str | None = pydantic.Field(description="Its title.")
    performer: str | None = pydantic.Field(description="Who performs it.")
    isrc: str | None = pydantic.Field(description="Its ISRC.")


class PictureInfo(pydantic.BaseModel):
    """A picture of the file or of its folder."""

    role: str = pydantic.Field(description="`front`, `back` or `other`.", examples=["front"])
    source: str = pydantic.Field(description="`embedded` or `folder`.", examples=["embedded"])
    mime: str = pydantic.Field(description="Type of the original.", examples=["image/jpeg"])
    width: int = pydantic.Field(description="Pixels across.")
    height: int = pydantic.Field(description="Pixels down.")
    size_bytes: int = pydantic.Field(description="Size of the original.")
    sha256: str = pydantic.Field(description="Hash of the original.")
    description: str | None = pydantic.Field(description="What the file says of it.")


class TrackDetail(ListedTrackInfo):
    """Everything that is known of one track."""

    sample_rate: int | None = pydantic.Field(description="Samples a second.", examples=[44100])
    channels: int | None = pydantic.Field(description="Channels.", examples=[2])
    bitrate: int | None = pydantic.Field(description="Bits a second of the file.")
    bits_per_sample: int | None = pydantic.Field(description="Bits; null where it is lossy.")
    format: str | None = pydantic.Field(description="Kind of file.", examples=["flac"])
    declared_duration_seconds: float | None = pydantic.Field(
        description="Length that the file claims, where it claims one."
    )
    file_hash_sha256: str | None = pydantic.Field(
        description="Hash of the file; null until something needs it."
    )
    file_size_bytes: int = pydantic.Field(description="Size of the file.")
    is_indexed: bool = pydantic.Field(description="Whether clips of it can be recognised.")
    olaf_indexed: bool = pydantic.Field(description="The same, by its original name.")
    embedding_model: str | None = pydantic.Field(
        description="What its likeness to other tracks is measured with; null until it was "
        "listened to for that.",
        examples=["timbre-118"],
    )
    embedding_dim: int | None = pydantic.Field(
        description="Length of its vectors there.", examples=[118]
    )
    updated_at: datetime.datetime = pydantic.Field(description="When anything of it last changed.")
    missing_since: datetime.datetime | None = pydantic.Field(
        description="When its file was first not found."
    )
    kind: str = pydantic.Field(description="Where its ends come from.", examples=["whole_file"])
    start_seconds: float = pydantic.Field(description="Where in its file it starts.")
    end_seconds: float = pydantic.Field(description="Where in its file it ends.")
    audio_digest: str = pydantic.Field(description="Name of its audio, whatever file holds it.")
    shown: ShownTexts = pydantic.Field(description="Its names with who says so.")
    claims: dict[str, Any] = pydantic.Field(
        description="What is held to be true: the tags, with people's edits laid over them."
    )
    tags: dict[str, Any] = pydantic.Field(description="What the tags of its file claim.")
    edits: dict[str, Any] = pydantic.Field(description="What people say instead, by field.")
    evidence: dict[str, Any] = pydantic.Field(
        description="What the names of its file and folders suggest."
    )
    revision: int = pydantic.Field(description="Grows with each edit; begins the `ETag`.")
    stages: list[StageInfo] = pydantic.Field(description="How far the work on its file has come.")
    is_complete: bool = pydantic.Field(description="Whether all stages are ready.")
    analysis: str = pydantic.Field(
        description="`current`, `older`, `missing` or `damaged`.", examples=["current"]
    )
    unheard: list[str] = pydantic.Field(description="Listeners that have not heard it.")
    sound: SoundInfo = pydantic.Field(description="What was measured and estimated.")
    chapters: list[ChapterInfo] = pydantic.Field(description="Named spans of its file.")
    pictures: list[PictureInfo] = pydantic.Field(description="Pictures, the best one first.")
    duplicates: int = pydantic.Field(description="Other files that hold the same recording.")


def track_detail(listed: ListedTrack, sheet: TrackSheet) -> TrackDetail:
    """Everything that is known of one track."""
    filed, track = sheet.filed, sheet.filed.track
    info = listed_track(listed).model_dump()
    is_indexed = sheet.is_indexed
    return TrackDetail(
        **info,
        **_file(sheet),
        is_indexed=is_indexed,
        olaf_indexed=is_indexed,
        embedding_model=None if sheet.space is None else sheet.space.model,
        embedding_dim=None if sheet.space is None else sheet.space.dimension,
        updated_at=max(at for at in (listed.added_at, sheet.updated_at) if at is not None),
        missing_since=filed.missing_since,
        kind=track.kind.value,
        start_seconds=ticks_to_seconds(track.points.start_ticks),
        end_seconds=ticks_to_seconds(track.points.end_ticks),
        audio_digest=track.digest,
        shown=ShownTexts(
            title=_shown(shown_title(track)),
            artist=_shown(shown_artist(track)),
            album=_shown(shown_album(track)),
        ),
        claims=_fields(track.claims),
        tags=_fields(track.tags),
        edits={name: value for name, value in _fields(track.edits).items() if value is not None},
        evidence=_fields(track.evidence),
        revision=sheet.revision,
        stages=[_stage(mark) for mark in sheet.stages],
        is_complete=all(mark.status == StageStatus.READY for mark in sheet.stages),
        analysis=sheet.analysis.value,
        unheard=list(sheet.unheard),
        sound=_sound(sheet),
        chapters=[_chapter(chapter) for chapter in sheet.chapters],
        pictures=[_picture(shown) for shown in sheet.pictures],
        duplicates=sum(len(group.copies) - 1 for group in sheet.groups),
    )


def _file(sheet: TrackSheet) -> dict[str, Any]:
    filed, facts = sheet.filed, sheet.filed.facts
    seconds = ticks_to_seconds(facts.duration_ticks)
    return {
        "sample_rate": facts.rate_hz,
        "channels": facts.channels,
        "bitrate": round(8 * filed.size_bytes / seconds) if seconds > 0 else None,
        "bits_per_sample": facts.bits_per_sample,
        "format": facts.container,
        "declared_duration_seconds": _seconds(facts.declared_duration_ticks),
        "file_hash_sha256": filed.sha256,
        "file_size_bytes": filed.size_bytes,
    }


def _fields(record: Any) -> dict[str, Any]:  # noqa: ANN401 -- any of our dataclasses
    return {
        name: _plain(value)
        for name, value in dataclasses.asdict(record).items()
        if name not in _LONG
    }


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return told(value) if isinstance(value, str) else value


def _shown(name: ShownName) -> ShownText:
    return ShownText(text=told(name.text), origin=name.origin.value)


def _stage(mark: StageMark) -> StageInfo:
    return StageInfo(
        stage=mark.stage.value,
        status=mark.status.value,
        code=mark.error_code,
        is_retryable=mark.is_retryable,
    )


def _sound(sheet: TrackSheet) -> SoundInfo:
    figures = dataclasses.asdict(sheet.sound)
    for name in ("leading_silence", "trailing_silence"):
        figures[f"{name}_seconds"] = figures.pop(f"{name}_s")
    return SoundInfo(**figures, replaygain_db=sheet.sound.replaygain_db)


def _chapter(chapter: Chapter) -> ChapterInfo:
    return ChapterInfo(
        source=chapter.source.value,
        start_seconds=ticks_to_seconds(chapter.start_ticks),
        end_seconds=_seconds(chapter.end_ticks),
        title=told(chapter.title),
        performer=told(chapter.performer),
        isrc=chapter.isrc,
    )


def _picture(shown: FilePicture) -> PictureInfo:
    return PictureInfo(
        role=shown.role.value,
        source=shown.source.value,
        description=told(shown.description),
        **dataclasses.asdict(shown.picture),
    )


def _seconds(ticks: Ticks | None) -> float | None:
    return None if ticks is None else ticks_to_seconds(ticks)
