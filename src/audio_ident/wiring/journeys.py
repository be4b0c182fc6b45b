"""Makes what leads through a library by sound, for the service and for the terminal."""

import dataclasses

from audio_ident.identify.vibe.mixes import SoundMixes
from audio_ident.identify.vibe.neighbours import Neighbours
from audio_ident.identify.vibe.paths import SoundPaths
from audio_ident.stores.sql.unit_of_work import Catalogue


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Journeys:
    """The use cases of tracks in an order that is made by how they sound."""

    paths: SoundPaths
    mixes: SoundMixes


def make_journeys(neighbours: Neighbours, catalogue: Catalogue) -> Journeys:
    """Paths and mixes over what knows the neighbours of tracks."""
    return Journeys(
        paths=SoundPaths(neighbours=neighbours, catalogue=catalogue),
        mixes=SoundMixes(neighbours=neighbours, catalogue=catalogue),
    )
