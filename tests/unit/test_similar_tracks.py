"""What sounds like what in a library of made-up sounds."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from audio_ident.errors import NotFound
from audio_ident.library.hiding import TrackHider
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import DuplicateVerdict
from audio_ident.model.tags import Tags
from audio_ident.model.vectors import SpaceId, WindowVectors
from audio_ident.model.vibe import Blend, SimilarAnswer, Sound, VibeFilter, VibeWish
from audio_ident.refusals import NotListenedYet, ValidationFailed
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.vibe_errors import VectorsUnreachable
from builders.browsing import track_name
from builders.recordings import digest_of
from builders.sounding import (
    NOW,
    TIMBRE,
    WORDS,
    Soundscape,
    between,
    direction,
    plus,
    soundscape,
    stretch,
    windows_around,
)


@pytest.fixture
def scape(tmp_path: Path) -> Iterator[Soundscape]:
    """A library in which track 1 is nearest to track 0, then 2, and so on up to 5."""
    with soundscape(tmp_path) as made:
        for number in range(6):
            made.add(number, between(direction(0), direction(1), number / 6))
        made.measure()
        yield made


def ids(answer: SimilarAnswer) -> list[str]:
    """The answered tracks, in order."""
    return [found.track.id for found in answer.tracks]


def test_the_most_alike_come_first_without_the_one_asked_about(scape: Soundscape) -> None:
    """The order is that of the sounds, and the track itself is no answer."""
    answer = scape.similar().similar_to_blend(plus(track_name(0)), VibeWish())

    assert ids(answer) == [track_name(number) for number in range(1, 6)]
    cosines = [found.cosine for found in answer.tracks]
    assert cosines == sorted(cosines, reverse=True)
    assert (answer.space, answer.coverage) == (TIMBRE, 1.0)


def test_an_answer_says_why(scape: Soundscape) -> None:
    """Shares of random pairs, blocks, and times in both tracks come with it."""
    nearest, *_, farthest = scape.similar().similar_to_blend(plus(track_name(0)), VibeWish()).tracks

    assert nearest.likeness is not None
    assert farthest.likeness is not None
    assert 0.5 < nearest.likeness <= 1
    assert 0 <= farthest.likeness < nearest.likeness
    assert set(nearest.blocks) == {"timbre", "harmony", "rhythm"}
    assert "timbre" in nearest.agreeing
    best = nearest.spans[0]
    assert best.query is not None
    assert best.query_track == track_name(0)
    assert best.query.end_s - best.query.start_s == pytest.approx(10)
    assert best.track.end_s <= 100 + 1


def test_the_same_question_gets_the_same_answer(scape: Soundscape) -> None:
    """To the last bit, whoever asks."""
    blend = Blend(plus=(stretch(track_name(0)), stretch(track_name(3), 5.0, 20.0)))

    assert scape.similar().similar_to_blend(blend, VibeWish()) == scape.similar().similar_to_blend(
        blend, VibeWish()
    )


def test_only_the_stretch_that_is_asked_about_counts(scape: Soundscape) -> None:
    """A track that turns into another one is like that one there alone."""
    first, second = windows_around(direction(20), 6), windows_around(direction(21), 6)
    turning = dataclasses.replace(
        windows_around(direction(20), 12),
        vectors=np.concatenate([first.vectors, second.vectors]),
    )
    scape.add(40, turning)
    scape.add(41, direction(20))
    scape.add(42, direction(21))
    similar = scape.similar()
    wish = VibeWish(max_results=1)

    early = similar.similar_to_blend(Blend(plus=(stretch(track_name(40), 0.0, 25.0),)), wish)
    late = similar.similar_to_blend(Blend(plus=(stretch(track_name(40), 40.0, 60.0),)), wish)

    assert (ids(early), ids(late)) == ([track_name(41)], [track_name(42)])
    query = late.tracks[0].spans[0].query
    assert query is not None
    assert 35 <= query.start_s <= 55


def test_a_hidden_track_is_never_answered(scape: Soundscape) -> None:
    """From the moment that it is hidden, while the index still has it."""
    TrackHider(scape.catalogue, lambda: NOW).hide(track_name(1), "somebody")

    answer = scape.similar().similar_to_blend(plus(track_name(0)), VibeWish())

    assert ids(answer) == [track_name(number) for number in range(2, 6)]


def test_a_hidden_track_cannot_be_asked_about(scape: Soundscape) -> None:
    """That is said at once, instead of telling people to wait until it is listened to."""
    TrackHider(scape.catalogue, lambda: NOW).hide(track_name(0), "somebody")

    with pytest.raises(NotFound, match="hidden"):
        scape.similar().similar_to_blend(plus(track_name(0)), VibeWish())


def test_copies_of_what_is_asked_about_are_left_out(scape: Soundscape) -> None:
    """Files of the same audio, and recordings that people say are the same."""
    scape.add(10, direction(0), audio=0)
    with scape.catalogue.writing() as rows:
        pair = (digest_of(0), digest_of(1))
        rows.decisions.add(pair, DuplicateVerdict.DUPLICATE, (NOW, "somebody"))

    answer = scape.similar().similar_to_blend(plus(track_name(0)), VibeWish())

    assert ids(answer) == [track_name(number) for number in range(2, 6)]


def test_of_copies_one_is_answered(scape: Soundscape) -> None:
    """Whether they share their audio or a person said that they are one."""
    scape.add(10, between(direction(0), direction(1), 1 / 6), audio=1)
    with scape.catalogue.writing() as rows:
        pair = (digest_of(2), digest_of(3))
        rows.decisions.add(pair, DuplicateVerdict.DUPLICATE, (NOW, "somebody"))

    answer = scape.similar().similar_to_blend(plus(track_name(0)), VibeWish())

    assert ids(answer) == [track_name(number) for number in (1, 2, 4, 5)]


def test_not_all_are_of_one_artist(scape: Soundscape) -> None:
    """The wish says how many, else the setting; tracks of nobody known are not counted."""
    for number in range(10, 16):
        sound = between(direction(0), direction(2), number / 100)
        scape.add(number, sound, Tags(title=f"{number}", artist="The  Sámé"))
    similar = scape.similar(most_per_artist=2)
    by_setting = similar.similar_to_blend(plus(track_name(0)), VibeWish())
    by_wish = similar.similar_to_blend(plus(track_name(0)), VibeWish(most_per_artist=3))

    same = {track_name(number) for number in range(10, 16)}
    assert len(same.intersection(ids(by_setting))) == 2
    assert len(same.intersection(ids(by_wish))) == 3
    assert len(ids(by_setting)) == 7


def test_more_are_asked_for_until_there_are_enough(tmp_path: Path) -> None:
    """Hundreds of tracks of one artist do not hide those of others."""
    with soundscape(tmp_path) as scape:
        scape.add(0, direction(0))
        windows = windows_around(direction(0), 1)
        scape.add_many(range(1, 260), windows, Tags(artist="Prolific"))
        for number in range(300, 304):
            scape.add(number, between(direction(0), direction(1), 0.5))
        wish = VibeWish(max_results=5, most_per_artist=1)
        answer = scape.similar().similar_to_blend(plus(track_name(0)), wish)

    assert len(set(ids(answer))) == 5
    assert {track_name(number) for number in range(300, 304)} < set(ids(answer))


def test_what_is_unwanted_pushes_away(scape: Soundscape) -> None:
    """Of two tracks as near, that which is like the unwanted one falls behind."""
    wanted, unwanted = direction(30), direction(31)
    scape.add(20, wanted)
    scape.add(21, unwanted)
    scape.add(22, between(wanted, unwanted, 0.42))
    scape.add(23, between(wanted, direction(32), 0.45))
    similar = scape.similar()

    without = similar.similar_to_blend(plus(track_name(20)), VibeWish(max_results=2))
    blend = Blend(plus=(stretch(track_name(20)),), minus=(stretch(track_name(21)),))
    with_minus = similar.similar_to_blend(blend, VibeWish(max_results=2))

    assert ids(without) == [track_name(22), track_name(23)]
    assert ids(with_minus)[0] == track_name(23)
    assert track_name(21) not in ids(similar.similar_to_blend(blend, VibeWish()))


def test_a_blend_is_what_lies_between(scape: Soundscape) -> None:
    """What is like both is nearer than what is like one of them alone."""
    first, second = direction(30), direction(31)
    for number, share in ((20, 0.0), (21, 1.0), (22, 0.5), (23, 0.1)):
        scape.add(number, between(first, second, share))

    answer = scape.similar().similar_to_blend(plus(track_name(20), track_name(21)), VibeWish())

    assert ids(answer)[0] == track_name(22)


def test_filters_leave_what_fits(scape: Soundscape) -> None:
    """Names are compared without case and accents; several filters must all fit."""
    near = between(direction(0), direction(1), 0.05)
    scape.add(20, near, Tags(artist="Björk", genres=("Pop",), date="1995"))
    scape.add(21, near, Tags(artist="Björk", genres=("Trip Hop",), date="1997"))
    scape.add(22, near, Tags(artist="Portishead", genres=("Trip Hop",), date="1994"))
    only = VibeFilter(artists=("BJORK",), genres=("trip hop", "jazz"), years=(1990, 1999))

    answer = scape.similar().similar_to_blend(plus(track_name(0)), VibeWish(only=only))

    assert ids(answer) == [track_name(21)]


def test_sentences_are_answered_in_a_space_that_has_them(scape: Soundscape) -> None:
    """Without the share of random pairs, which sentences have no part in, and without blocks."""
    scape.know(WORDS, is_active=False)
    sound = direction(len("calm piano"), WORDS.dimension)
    scape.add(50, windows_around(sound), space=WORDS)
    scape.add(51, windows_around(direction(1, WORDS.dimension)), space=WORDS)

    answer = scape.similar().similar_to_blend(Blend(text="calm piano"), VibeWish())

    assert (ids(answer)[0], answer.space) == (track_name(50), WORDS)
    assert (answer.tracks[0].likeness, answer.tracks[0].blocks) == (None, {})
    assert answer.tracks[0].spans[0].query is None


def test_what_is_not_listened_to_yet_is_refused(scape: Soundscape) -> None:
    """It is told, and is no empty answer; nor is a track that is not there."""
    scape.add(60, direction(1))
    scape.index.delete(TIMBRE.id, [digest_of(60)])
    similar = scape.similar()

    with pytest.raises(NotListenedYet):
        similar.similar_to_blend(plus(track_name(60)), VibeWish())
    with pytest.raises(NotListenedYet):
        similar.places([track_name(60)])
    with pytest.raises(NotFound):
        similar.places([track_name(999)])
    with pytest.raises(ValidationFailed):
        similar.similar_to_blend(Blend(minus=(stretch(track_name(1)),)), VibeWish())


def test_an_outage_of_the_store_is_no_empty_answer(scape: Soundscape) -> None:
    """Whoever asks is told."""
    with pytest.raises(VectorsUnreachable):
        scape.similar(Unreachable()).similar_to_blend(plus(track_name(0)), VibeWish())


def test_a_clip_is_compared_like_a_track(scape: Soundscape) -> None:
    """What it was taken from is left out with its copies."""
    sound = Sound(space=TIMBRE.id, windows=windows_around(direction(0), 1))
    similar = scape.similar()

    assert ids(similar.similar_to_sound(sound, VibeWish(max_results=1))) == [track_name(0)]
    left_out = similar.similar_to_sound(sound, VibeWish(max_results=1), [digest_of(0)])
    assert ids(left_out) == [track_name(1)]


def test_places_lie_between_their_neighbours(scape: Soundscape) -> None:
    """What is nearest to the place of a track is that track, unless it is unwanted."""
    similar = scape.similar()
    (place,) = similar.places([track_name(3)])
    found = similar.nearest(place.vector, VibeWish(max_results=1), place.space)
    wish = VibeWish(max_results=2, without_tracks=frozenset({track_name(3)}))
    others = similar.nearest(place.vector, wish, place.space)

    assert (place.track.id, place.vector.shape) == (track_name(3), (1, TIMBRE.dimension))
    assert [each.track.id for each in found] == [track_name(3)]
    assert {each.track.id for each in others} == {track_name(2), track_name(4)}


def test_places_that_are_not_there_are_left_out(scape: Soundscape) -> None:
    """The others keep their order, and are where they are when asked alone."""
    scape.add(60, direction(1))
    scape.index.delete(TIMBRE.id, [digest_of(60)])
    similar = scape.similar()
    asked = [track_name(number) for number in (4, 60, 999, 2)]

    found = similar.known_places(asked, TIMBRE.id)
    alone = similar.places([track_name(4), track_name(2)])

    assert [place.track.id for place in found] == [track_name(4), track_name(2)]
    np.testing.assert_array_equal(
        [place.vector for place in found], [place.vector for place in alone]
    )
    assert similar.known_places(asked, WORDS.id) == []


def test_places_stay_in_their_space_when_another_one_begins_to_answer(scape: Soundscape) -> None:
    """Neighbours are looked for in the space of the place, whatever answers meanwhile."""
    similar = scape.similar()
    (place,) = similar.places([track_name(3)])
    scape.know(WORDS)

    found = similar.nearest(place.vector, VibeWish(max_results=1), place.space)
    (again,) = similar.known_places([track_name(3)], place.space)

    assert [each.track.id for each in found] == [track_name(3)]
    np.testing.assert_array_equal(again.vector, place.vector)
    with pytest.raises(NotListenedYet):
        similar.places([track_name(3)])


class Unreachable(ExactVectorIndex):
    """An index on a server that is away."""

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """Nobody answers."""
        raise VectorsUnreachable(f"no answer about {len(digests)} recordings in {space_id}")
