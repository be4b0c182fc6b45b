"""Shows the map of the library, whole or in part."""

from collections import Counter

from audio_ident.model.library_map import MOST_POINTS, MapColour, MapView, MapWindow
from audio_ident.stores.sql.unit_of_work import Catalogue


class LibraryMap:
    """The map as it stands; importers keep it up to date."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def view(
        self,
        window: MapWindow = MapWindow(),  # noqa: B008 -- frozen
        colour: MapColour = MapColour.NONE,
        limit: int = MOST_POINTS,
    ) -> MapView:
        """Points in a window; when there are more than the limit, some that are spread over it."""
        with self._catalogue.reading() as rows:
            layout = rows.map.shown_layout()
            tracks = rows.map.count_tracks()
            if layout is None:
                return MapView(
                    layout=None, points=(), is_complete=True, placed_tracks=0, tracks=tracks
                )
            points, is_complete = rows.map.in_view(layout.id, window, colour, limit)
            placed = rows.map.count_points(layout.id)
        return MapView(
            layout=layout,
            points=tuple(points),
            is_complete=is_complete,
            placed_tracks=placed,
            tracks=tracks,
        )


def groups_of(view: MapView) -> list[str]:
    """What the points of a view are grouped by, the largest group first."""
    counts = Counter(point.group for point in view.points if point.group is not None)
    return sorted(counts, key=lambda name: (-counts[name], name))
