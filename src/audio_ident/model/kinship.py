"""How two recordings are related, with the evidence for it, and what people decided."""

import dataclasses
import datetime
import enum
from collections.abc import Mapping

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Track, TrackId
from audio_ident.units import Ticks, ticks_to_seconds


class Kinship(enum.StrEnum):
    """What two files have in common, the closest first."""

    SAME_BYTES = "same_bytes"
    """The files are equal byte by byte."""
    SAME_AUDIO = "same_audio"
    """The encoded audio is equal; tags or container differ."""
    SAME_RECORDING = "same_recording"
    """One recording in another encoding, level, lead-in, trim, fade or slight speed."""
    CONTAINED_IN = "contained_in"
    """The first, or a stretch of it, is heard inside the longer second."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SharedSpan:
    """A stretch that two recordings share, in ticks from the start of each."""

    first_start_ticks: Ticks
    first_end_ticks: Ticks
    second_start_ticks: Ticks
    second_end_ticks: Ticks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What listening says of two recordings; derived, so that it can always be made again."""

    first: AudioDigest
    """The shorter one."""
    second: AudioDigest
    kinship: Kinship
    """`SAME_RECORDING` or `CONTAINED_IN`: the other kinds are seen in the rows of files."""
    spans: tuple[SharedSpan, ...]
    """In order of the first recording; one, or several in a mix."""
    offset_ticks: int
    """Where in the second recording the start of the first lies, by the longest span."""
    speed: float
    """Seconds of the second recording in one second of the first."""
    agreement: float
    """Mean agreement of the fingerprints along the spans, 0..1."""
    evidence: Mapping[str, float]
    """Every witness that was heard, by name."""
    version: int
    """Of the algorithm."""


class DuplicateVerdict(enum.StrEnum):
    """What a person says of two recordings."""

    NOT_DUPLICATE = "not_duplicate"
    DUPLICATE = "duplicate"
    KEEP = "keep"
    """This track is the one to keep of its group."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided; kept for ever, and valid until it is revoked."""

    id: int
    first: AudioDigest
    second: AudioDigest
    """In order of digest; equal where files of one audio are meant."""
    verdict: DuplicateVerdict
    track_id: TrackId | None
    """The track to keep."""
    decided_at: datetime.datetime
    decided_by: str
    """A person or a program, such as `command line`."""
    revoked_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One file of a group, with what the choice of a keeper looks at."""

    track: Track
    """The whole file."""
    size_bytes: int
    mtime_ns: int
    sha256: str | None
    is_lossless: bool
    tag_count: int
    """Fields that its tags fill."""

    @property
    def duration_s(self) -> float:
        """Length of what was decoded."""
        return ticks_to_seconds(self.track.points.end_ticks)

    @property
    def bit_rate_bps(self) -> float:
        """Bits of the file in one second of its audio."""
        return 8 * self.size_bytes / self.duration_s if self.duration_s > 0 else 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Which file of a group to keep, and why."""

    track_id: TrackId
    reasons: tuple[str, ...]
    """One sentence for each criterion that left fewer files, in the order they were applied."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateGroup:
    """Files that hold one recording."""

    id: str
    """Short name of the group: the start of the least digest in it."""
    kinship: Kinship
    """The loosest tie that holds it together."""
    copies: tuple[Copy, ...]
    """By path."""
    relations: tuple[Relation, ...]
    """What listening says of its recordings, and where stretches of them are contained."""
    suggestion: Suggestion


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """A recording, or a stretch of it, that is heard inside a longer one."""

    relation: Relation
    contained: tuple[Copy, ...]
    """Files of the first recording, by path."""
    container: tuple[Copy, ...]
    """Files of the second."""
