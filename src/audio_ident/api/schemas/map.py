"""The map of the library as the API tells it: columns, not points, because there are many."""

import datetime
import uuid
from typing import Annotated

import pydantic
from fastapi import Query

from audio_ident.library.map.view import groups_of
from audio_ident.model.library_map import (
    MOST_POINTS,
    MapColour,
    MapLayout,
    MapView,
    MapWindow,
)

_USUAL_POINTS = 5000

Place = Annotated[float, pydantic.Field(ge=-1, le=1, allow_inf_nan=False)]


class MapQuery(pydantic.BaseModel):
    """Which part of the map is wanted, and how much of it."""

    x_from: Place = pydantic.Field(-1, description="Left edge of the window.", examples=[-1])
    x_to: Place = pydantic.Field(
        1, description="Right edge; a window that ends before it begins is empty.", examples=[1]
    )
    y_from: Place = pydantic.Field(-1, description="Lower edge of the window.", examples=[-1])
    y_to: Place = pydantic.Field(1, description="Upper edge.", examples=[1])
    limit: int = pydantic.Field(
        _USUAL_POINTS,
        ge=1,
        le=MOST_POINTS,
        description="Most points of an answer. When the window has more, those come that are "
        "spread over it; ask for a smaller window to see the others.",
        examples=[_USUAL_POINTS],
    )
    color_by: MapColour = pydantic.Field(
        MapColour.NONE, description="What `groups` are: the first genre, the artist, and so on."
    )

    def window(self) -> MapWindow:
        """The part that is wanted."""
        return MapWindow(x_from=self.x_from, x_to=self.x_to, y_from=self.y_from, y_to=self.y_to)


MapQueryOfRequest = Annotated[MapQuery, Query()]


class MapLayoutInfo(pydantic.BaseModel):
    """A version of the map: within one, no track ever moves."""

    version: int = pydantic.Field(description="Another number for another layout.", examples=[3])
    space: str = pydantic.Field(
        description="The space of vectors that likeness was measured in.",
        examples=["timbre-fixed-1-r35"],
    )
    made_at: datetime.datetime = pydantic.Field(
        description="When it was laid out.", examples=["2026-11-21T12:00:00Z"]
    )
    is_finished: bool = pydantic.Field(
        description="False while the very first map is being made; later ones are shown when they "
        "are finished.",
        examples=[True],
    )


class LibraryMapAnswer(pydantic.BaseModel):
    """Part of the map. The columns `track_ids`, `x`, `y` and `group` are of one length."""

    layout: MapLayoutInfo | None = pydantic.Field(description="Null until there is a map.")
    tracks: int = pydantic.Field(description="Tracks of the library.", examples=[12_040])
    placed_tracks: int = pydantic.Field(
        description="Tracks that have a place in the whole map.", examples=[12_034]
    )
    coverage: float = pydantic.Field(
        description="Share of the tracks that have a place, 0 to 1.", examples=[0.9995]
    )
    is_complete: bool = pydantic.Field(
        description="Whether no track of the window was left out.", examples=[True]
    )
    track_ids: list[uuid.UUID] = pydantic.Field(
        description="Ids of tracks, those first that are worth showing from afar."
    )
    x: list[float] = pydantic.Field(description="From -1 to 1.", examples=[[0.25]])
    y: list[float] = pydantic.Field(description="From -1 to 1.", examples=[[-0.5]])
    groups: list[str] = pydantic.Field(
        description="What `color_by` asks for, each once, the largest group of the answer first.",
        examples=[["Jazz", "Ambient"]],
    )
    group: list[int | None] = pydantic.Field(
        description="Number of each track's group, from 0; null where nobody knows. Empty unless "
        "`color_by` asks for groups.",
        examples=[[0]],
    )


def map_answer(view: MapView, colour: MapColour) -> LibraryMapAnswer:
    """A view as the API tells it."""
    groups = groups_of(view)
    number_of = {name: number for number, name in enumerate(groups)}
    return LibraryMapAnswer(
        layout=None if view.layout is None else _layout(view.layout),
        tracks=view.tracks,
        placed_tracks=view.placed_tracks,
        coverage=min(1.0, view.placed_tracks / view.tracks) if view.tracks else 0.0,
        is_complete=view.is_complete,
        track_ids=[uuid.UUID(point.track_id) for point in view.points],
        x=[point.x for point in view.points],
        y=[point.y for point in view.points],
        groups=groups,
        group=[]
        if colour is MapColour.NONE
        else [None if p.group is None else number_of[p.group] for p in view.points],
    )


def _layout(layout: MapLayout) -> MapLayoutInfo:
    return MapLayoutInfo(
        version=layout.id,
        space=layout.space_id,
        made_at=layout.made_at,
        is_finished=layout.is_finished,
    )
