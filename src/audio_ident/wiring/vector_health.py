"""How the vectors of a service are looked at: whether they can be asked, how many there are."""

import threading
from collections.abc import Mapping, Sequence

from audio_ident.engines.embedders.models import find_model
from audio_ident.errors import StoreProblem
from audio_ident.ingest.space_choice import BUILT_IN
from audio_ident.library.figures import Figure
from audio_ident.library.readiness import Condition, State
from audio_ident.library.vector_coverage import coverage_of
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.filling import SpaceCoverage
from audio_ident.model.vectors import SpaceId
from audio_ident.settings.model import Settings
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.vibe_errors import ModelInvalid, ModelMissing
from audio_ident.wiring.models import models_directory
from audio_ident.wiring.parts import CLOCK

FRESH_S = 20.0
"""How long counts are told again: counting a large library takes a noticeable time."""

_NO_SPACE = SpaceId("timbre-none")
"""Asked for where no space answers yet: it tells whether a server does."""

_NOBODY = AudioDigest("0" * 32)


class VectorSight:
    """Looks at the vectors of one library; safe to use from any thread."""

    def __init__(self, settings: Settings, catalogue: Catalogue, reader: VectorReader) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._reader = reader
        self._lock = threading.Lock()
        self._counted: Sequence[SpaceCoverage] = ()
        self._fresh_until_s = float("-inf")

    def look(self) -> Condition:
        """Whether what sounds alike can be told."""
        try:
            with self._catalogue.reading() as rows:
                known = rows.spaces.active()
            self._reader.windows_of(known.space.id if known else _NO_SPACE, [_NOBODY])
            if self._settings.vibe_model != BUILT_IN:
                find_model(models_directory(self._settings), self._settings.vibe_model)
        except (ModelMissing, ModelInvalid) as error:
            return _degraded(error, "Music cannot be found by words; `timbre` answers.")
        except StoreProblem as error:
            return _degraded(error, "What sounds alike cannot be told; naming clips goes on.")
        return Condition(reason=" ".join(map(_sentence, filter(_is_filling, self.coverage()))))

    def figures(self) -> tuple[Figure, ...]:
        """How many recordings there are in each space, and should be."""

        def recordings() -> Mapping[tuple[str, ...], float]:
            return {(one.space.id,): one.covered for one in self.coverage()}

        def wanted() -> Mapping[tuple[str, ...], float]:
            return {(one.space.id,): one.wanted for one in self.coverage()}

        def failed() -> Mapping[tuple[str, ...], float]:
            return {(one.space.id,): sum(one.failures.values()) for one in self.coverage()}

        return (
            Figure(
                name="vector_recordings",
                meaning="Recordings that are in a space of vectors, or that it cannot have.",
                labels=("space",),
                read=recordings,
            ),
            Figure(
                name="vector_recordings_wanted",
                meaning="Recordings that belong into a space of vectors.",
                labels=("space",),
                read=wanted,
            ),
            Figure(
                name="vector_failures",
                meaning="Recordings that a space of vectors cannot have.",
                labels=("space",),
                read=failed,
            ),
        )

    def coverage(self) -> Sequence[SpaceCoverage]:
        """How the spaces stand, as it was at most `FRESH_S` ago."""
        with self._lock:
            if CLOCK.monotonic_s() >= self._fresh_until_s:
                self._counted = coverage_of(self._catalogue, self._reader.name)
                self._fresh_until_s = CLOCK.monotonic_s() + FRESH_S
            return self._counted


def _is_filling(coverage: SpaceCoverage) -> bool:
    return coverage.is_wanted and coverage.covered < coverage.wanted


def _sentence(coverage: SpaceCoverage) -> str:
    answers = "It answers already." if coverage.is_active else "Another one answers until then."
    return (
        f"{coverage.covered} of {coverage.wanted} recordings are in {coverage.space.id}. {answers}"
    )


def _degraded(error: StoreProblem, effect: str) -> Condition:
    reason = f"{error.meaning()} {effect}"
    return Condition(state=State.DEGRADED, reason=reason, remedy=error.remedy)
