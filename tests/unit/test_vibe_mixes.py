"""Mixes without end."""

import itertools

import numpy as np
import pytest

from audio_ident.errors import NotFound
from audio_ident.identify.vibe.mixes import SPACING, SoundMixes
from audio_ident.model.kinship import DuplicateVerdict
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixWish
from builders.browsing import START, track_name
from builders.neighbourhood import neighbourhood, some_vectors
from builders.recordings import digest_of
from builders.sounding import Soundscape

SEED = (track_name(0),)


def mixes_of(library: Soundscape) -> SoundMixes:
    """Mixes of a library."""
    return SoundMixes(neighbours=library.similar(), catalogue=library.catalogue)


def ids_of(answer: MixAnswer) -> list[TrackId]:
    """The tracks of a mix, in order."""
    return [step.track.id for step in answer.steps]


@pytest.mark.parametrize("adventurousness", [0.0, 0.3, 1.0])
def test_a_mix_plays_everything_once_and_then_ends(adventurousness: float) -> None:
    """The seed is no part of it; at the end it says that nothing is left."""
    with neighbourhood(some_vectors(60)) as library:
        mixes = mixes_of(library)
        wish = MixWish(seeds=SEED, adventurousness=adventurousness, count=1000)
        answer = mixes.mix(wish)

    assert sorted(ids_of(answer)) == sorted(track_name(n) for n in range(1, 60))
    assert answer.is_used_up


@pytest.mark.parametrize("adventurousness", [0.0, 0.3, 1.0])
def test_a_mix_goes_on_where_the_list_of_what_was_played_ends(adventurousness: float) -> None:
    """Asked in pieces it is the same mix; nothing is remembered in between."""
    with neighbourhood(some_vectors(60)) as library:
        mixes = mixes_of(library)
        wish = MixWish(seeds=SEED, adventurousness=adventurousness, count=30, number=7)
        whole = ids_of(mixes.mix(wish))
        pieces: list[TrackId] = []
        while len(pieces) < len(whole):
            piece = MixWish(
                seeds=SEED,
                adventurousness=adventurousness,
                count=7,
                number=7,
                played=tuple(pieces),
            )
            pieces += ids_of(mixes.mix(piece))

    assert pieces[: len(whole)] == whole


def test_another_number_is_another_mix() -> None:
    """Unless nothing is left to chance."""
    with neighbourhood(some_vectors(60)) as library:
        mixes = mixes_of(library)
        wild = [ids_of(mixes.mix(MixWish(seeds=SEED, number=n, count=10))) for n in (1, 2)]
        tame = [
            ids_of(mixes.mix(MixWish(seeds=SEED, number=n, count=10, adventurousness=0)))
            for n in (1, 2)
        ]

    assert wild[0] != wild[1]
    assert tame[0] == tame[1]


def test_a_mix_stays_near_its_seed() -> None:
    """Its first tracks are far more alike to the seed than those of the library are."""
    vectors = some_vectors(150)
    usual = float(np.mean(vectors[1:] @ vectors[0]))
    with neighbourhood(vectors) as library:
        mixes = mixes_of(library)
        means = [
            np.mean([s.cosine for s in mixes.mix(MixWish(seeds=SEED, adventurousness=a)).steps])
            for a in (0.0, 0.5, 1.0)
        ]

    assert means[0] > means[1] > means[2] > usual + 0.3


def test_artists_are_spaced() -> None:
    """Where there are enough of them, none comes again within the distance."""
    artists = [f"artist {number % 8}" for number in range(80)]
    with neighbourhood(some_vectors(80), artists) as library:
        steps = mixes_of(library).mix(MixWish(seeds=SEED, count=20)).steps
    heard = [step.track.claims.artist for step in steps]

    for at in range(len(heard) - SPACING):
        assert len(set(heard[at : at + SPACING])) == SPACING


def test_a_copy_of_what_was_played_does_not_come_again() -> None:
    """A duplicate is the same recording, of the seed as well."""
    with neighbourhood(some_vectors(10)) as library:
        with library.catalogue.writing() as rows:
            for pair in ((0, 1), (2, 3)):
                first, second = map(digest_of, pair)
                rows.decisions.add((first, second), DuplicateVerdict.DUPLICATE, (START, "ada"))
        ids = ids_of(mixes_of(library).mix(MixWish(seeds=SEED, count=100)))

    assert track_name(1) not in ids
    assert len({track_name(2), track_name(3)} & set(ids)) == 1
    assert len(ids) == 7


def test_a_mix_forgives_what_is_gone_but_not_a_seed_that_is() -> None:
    """What was played may have been deleted since; without a seed there is nothing to be near."""
    with neighbourhood(some_vectors(10)) as library:
        mixes = mixes_of(library)
        gone = MixWish(seeds=SEED, played=(track_name(99),), count=100)
        assert len(mixes.mix(gone).steps) == 9
        with pytest.raises(NotFound):
            mixes.mix(MixWish(seeds=(track_name(99),)))


def test_a_mix_never_ends_by_itself() -> None:
    """It is made one track after the other, as far as somebody listens."""
    with neighbourhood(some_vectors(30)) as library:
        endless = mixes_of(library).endless(MixWish(seeds=SEED, count=1))
        assert len(list(itertools.islice(endless, 12))) == 12
