"""Track sheets, with everything that a test does not care about filled in."""

from typing import Any

from audio_ident.model.audio import AudioFacts
from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.model.library import Stage, StageMark, StageStatus
from audio_ident.model.pictures import FilePicture, Picture, PictureRole, PictureSource
from audio_ident.model.track_sheet import AnalysisState, FiledTrack, SoundFigures, TrackSheet
from audio_ident.units import Ticks, seconds_to_ticks
from builders.duplicates import a_containment, a_group
from builders.reports import a_track

CHAPTER = Chapter(
    source=ChapterSource.CUE_FILE, start_ticks=Ticks(0), title="Prelude", performer="Clara"
)
PICTURE = FilePicture(
    picture=Picture(sha256="e" * 64, mime="image/png", width=64, height=48, size_bytes=12_345),
    role=PictureRole.FRONT,
    source=PictureSource.FOLDER,
    description="cover.png",
)
FAILURE = StageMark(
    stage=Stage.TAGS,
    version="1",
    status=StageStatus.FAILED,
    attempts=1,
    error_code="FILE_UNREADABLE",
    error_fact="a.flac: Permission denied",
)
HEARD = SoundFigures(
    integrated_lufs=-12.34,
    range_lu=6.5,
    true_peak_dbtp=-0.25,
    noise_floor_dbfs=-61.5,
    leading_silence_s=0.5,
    trailing_silence_s=1.25,
    bandwidth_hz=16_000.0,
    is_probably_from_lossy=True,
    lossy_evidence=0.875,
    tempo_estimate_bpm=120.5,
    tempo_confidence=0.75,
    key_estimate="A minor",
    key_confidence=0.25,
)


def a_filed_track(**changes: Any) -> FiledTrack:
    """A file of three minutes, as on a CD."""
    facts = AudioFacts(
        container="flac",
        codec="flac",
        rate_hz=44_100,
        channels=2,
        bits_per_sample=16,
        duration_ticks=seconds_to_ticks(180.5),
        declared_duration_ticks=seconds_to_ticks(180.5),
    )
    filed: dict[str, Any] = {
        "track": a_track(),
        "file_id": 1,
        "size_bytes": 20_000_000,
        "missing_since": None,
        "facts": facts,
    }
    return FiledTrack(**filed | changes)


def a_sheet(**changes: Any) -> TrackSheet:
    """A track of which everything is known."""
    facts: dict[str, Any] = {
        "filed": a_filed_track(),
        "failures": (FAILURE,),
        "chapters": (CHAPTER,),
        "pictures": (PICTURE,),
        "analysis": AnalysisState.CURRENT,
        "unheard": (),
        "sound": HEARD,
        "groups": (a_group(),),
        "containments": (a_containment(),),
    }
    return TrackSheet(**facts | changes)
