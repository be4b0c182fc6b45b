"""Places are proposed within a budget, and the arrays of a segment are given back after use."""

import dataclasses

import numpy as np

from audio_ident.core.clip import listen_to_clip
from audio_ident.core.hashes import lookup_of_pairs
from audio_ident.core.hunt import PLAIN_EFFORT, heard, hunt_plain
from audio_ident.core.places import Effort, distinct, propose
from audio_ident.model.segment import Snapshot
from builders.music import cut, library, music

SEEDS = tuple(range(1, 9))
CLIP = heard(listen_to_clip(cut(music(2), 6, 5)))


def test_fewer_postings_are_read_when_the_budget_is_small() -> None:
    """The longest lists are left out first, and the true recording still has the most votes."""
    lookup = lookup_of_pairs(CLIP.pairs)
    small, large = (
        propose(library(SEEDS), lookup, Effort(most_places=400, most_hits=hits))
        for hits in (500, 1_000_000)
    )
    assert small["votes"].sum() < large["votes"].sum()
    for places in (small, large):
        assert SEEDS[places[places["votes"].argmax()]["recording"]] == 2


def test_no_more_places_are_proposed_than_wanted() -> None:
    """A limit on places keeps those with the most votes."""
    lookup = lookup_of_pairs(CLIP.pairs)
    few = propose(library(SEEDS), lookup, Effort(most_places=5, most_hits=10**6))
    many = propose(library(SEEDS), lookup, PLAIN_EFFORT)
    assert len(few) <= 5 < len(many)
    assert few["votes"].max() == many["votes"].max()


def test_distinct_places_lie_apart_and_the_best_comes_first() -> None:
    """Two guesses of one place are one place."""
    places = propose(library(SEEDS), lookup_of_pairs(CLIP.pairs), PLAIN_EFFORT)
    places["score"] = places["votes"]
    kept = distinct(places, 6, 16)
    assert (np.diff(kept["score"]) <= 0).all()
    for i, one in enumerate(kept):
        for other in kept[:i]:
            is_near = abs(one["guess"]["place"] - other["guess"]["place"]) <= 16
            assert one["recording"] != other["recording"] or not is_near


def test_a_hunt_gives_back_the_memory_of_every_segment() -> None:
    """A segment is released after its last use, so that memory does not grow with the library."""
    uses: list[str] = []
    whole = library(SEEDS)
    segment = dataclasses.replace(whole.segments[0], release=lambda: uses.append("released"))
    hunt_plain(Snapshot(generation=1, segments=(segment,), alive=whole.alive), CLIP)
    assert uses
