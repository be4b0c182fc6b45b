"""Puts together what is known of one track: rows of the catalogue, sections of its analysis."""

from collections.abc import Iterable, Mapping
from typing import Any

from audio_ident.core.listeners.bandwidth import BandwidthListener
from audio_ident.core.listeners.key import Key
from audio_ident.core.listeners.levels import Levels
from audio_ident.core.listeners.loudness import Loudness
from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.listeners.silence import Silence
from audio_ident.core.listeners.tempo import Tempo
from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.library.bandwidth import SectionReader
from audio_ident.library.duplicates import Duplicates
from audio_ident.model.analysis import AudioDigest, Section
from audio_ident.model.audio import MONO_RATE_HZ
from audio_ident.model.library import Stage, StageMark, StageStatus
from audio_ident.model.track_sheet import AnalysisState, SoundFigures, TrackSheet
from audio_ident.model.vectors import Space
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows
from audio_ident.units import SILENCE_DBFS

SHOWN: tuple[type[Listener], ...] = (BandwidthListener, Key, Levels, Loudness, Silence, Tempo)
"""Listeners whose answers a person can read."""


def get_track_sheet(
    catalogue: Catalogue, artefacts: SectionReader, duplicates: Duplicates, name: str
) -> TrackSheet:
    """What is known of the track with an id, the beginning of one, or an absolute path."""
    with catalogue.reading() as rows:
        filed = rows.sheets.get(name)
        marks = rows.stages.of_file(filed.file_id).values()
        chapters = rows.descriptions.chapters(filed.file_id)
        pictures = rows.descriptions.pictures(filed.file_id)
        is_hidden = rows.hidden.is_hidden(filed.track.id)
        revision = rows.edits.revision(filed.track.id)
        updated_at = rows.sheets.find_update(filed)
        space = _space(rows, filed.track.digest)
    digest = filed.track.digest
    sections, is_damaged = _sections(artefacts, digest)
    unheard = tuple(
        listener.name
        for listener in SHOWN
        if listener.name not in sections or sections[listener.name].version != listener.version
    )
    return TrackSheet(
        filed=filed,
        failures=tuple(mark for mark in marks if mark.status == StageStatus.FAILED),
        chapters=chapters,
        pictures=pictures,
        analysis=_state(sections, unheard, is_damaged),
        unheard=unheard,
        sound=figures_of(sections),
        groups=duplicates.groups_with(digest),
        containments=duplicates.containments_with(digest),
        stages=tuple(marks),
        is_indexed=not is_hidden and _is_indexed(marks),
        space=None if is_hidden else space,
        revision=revision,
        updated_at=updated_at,
    )


def _space(rows: Rows, digest: AudioDigest) -> Space | None:
    """The space that answers what sounds alike, if it has a recording."""
    active = rows.spaces.active()
    if active is None or active.space.id not in rows.vector_marks.spaces_with(digest):
        return None
    return active.space


def _is_indexed(marks: Iterable[StageMark]) -> bool:
    return any(mark.stage == Stage.INDEX and mark.status == StageStatus.READY for mark in marks)


def figures_of(sections: Mapping[str, Section]) -> SoundFigures:
    """Figures for people from what listeners answered; an answer may be missing or older."""

    def told(listener: type[Listener], field: str) -> Any:  # noqa: ANN401 -- as stored
        section = sections.get(listener.name)
        return None if section is None else section.fields.get(field)

    # what cannot be said is stored as silence, no tempo as 0, no key as the empty name
    integrated_lufs = _sayable(told(Loudness, "integrated_lufs"))
    is_from_lossy = told(BandwidthListener, "is_probably_from_lossy")
    tempo_bpm = told(Tempo, "tempo_estimate_bpm") or None
    key = told(Key, "key_estimate") or None
    return SoundFigures(
        integrated_lufs=integrated_lufs,
        range_lu=None if integrated_lufs is None else told(Loudness, "range_lu"),
        true_peak_dbtp=_sayable(told(Loudness, "true_peak_dbtp")),
        noise_floor_dbfs=_sayable(told(Levels, "noise_floor_dbfs")),
        leading_silence_s=_seconds(told(Silence, "leading_samples")),
        trailing_silence_s=_seconds(told(Silence, "trailing_samples")),
        bandwidth_hz=told(BandwidthListener, "bandwidth_hz"),
        is_probably_from_lossy=None if is_from_lossy is None else bool(is_from_lossy),
        lossy_evidence=told(BandwidthListener, "cliff_evidence"),
        tempo_estimate_bpm=tempo_bpm,
        tempo_confidence=told(Tempo, "tempo_confidence") if tempo_bpm else None,
        key_estimate=key,
        key_confidence=told(Key, "key_confidence") if key else None,
    )


def _sections(artefacts: SectionReader, digest: AudioDigest) -> tuple[dict[str, Section], bool]:
    """The sections that there are, and whether some cannot be read."""
    found: dict[str, Section] = {}
    is_damaged = False
    for listener in SHOWN:
        try:
            found[listener.name] = artefacts.get_section(digest, listener.name)
        except ArtefactMissing:
            continue
        except ArtefactCorrupt:
            is_damaged = True
    return found, is_damaged


def _state(
    sections: Mapping[str, Section], unheard: tuple[str, ...], is_damaged: bool
) -> AnalysisState:
    if is_damaged:
        return AnalysisState.DAMAGED
    if not sections:
        return AnalysisState.MISSING
    return AnalysisState.OLDER if unheard else AnalysisState.CURRENT


def _sayable(level: float | None) -> float | None:
    return None if level is None or level <= SILENCE_DBFS else level


def _seconds(samples: int | None) -> float | None:
    return None if samples is None else samples / MONO_RATE_HZ
