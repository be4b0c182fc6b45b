"""Events as rows: in order, in a ring, with gaps that are told."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.model.events import EventKind
from audio_ident.model.library import SessionId
from audio_ident.model.sessions import SessionOrder, SessionState, Wish
from audio_ident.stores.sql.events import EVENTS_KEPT
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.databases import catalogue_url_of
from builders.memory_sessions import NOON

ID = SessionId("s1")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue."""
    catalogue = Catalogue(catalogue_url_of(tmp_path))
    catalogue.migrate()
    yield catalogue
    catalogue.close()


def tell(catalogue: Catalogue, count: int) -> None:
    """Write so many events, each in a transaction of its own."""
    for number in range(count):
        with catalogue.writing() as rows:
            rows.events.append(None, EventKind.PROGRESS, {"number": number}, NOON)


def test_every_change_of_a_session_is_told_once(catalogue: Catalogue) -> None:
    """Being ordered, moved and ended are events of the transactions that do it."""
    with catalogue.writing() as rows:
        rows.sessions.add(ID, SessionOrder(folders=("/music",)), NOON)
        rows.sessions.move(ID, SessionState.SCANNING, NOON)
    with pytest.raises(RuntimeError), catalogue.writing() as rows:
        rows.sessions.move(ID, SessionState.PROCESSING, NOON)
        raise RuntimeError
    with catalogue.writing() as rows:
        rows.sessions.set_wish(ID, Wish.CANCEL, NOON)
        rows.sessions.move(ID, SessionState.CANCELLED, NOON)
    with catalogue.reading() as rows:
        events = rows.events.after(0, 100)

    assert [event.id for event in events] == [1, 2, 3, 4]
    assert [event.document.get("new_state") for event in events] == [
        "queued",
        "scanning",
        "cancelled",
        None,
    ]
    assert (events[-1].kind, events[-1].document["state"]) == (EventKind.COMPLETED, "cancelled")


def test_events_become_visible_in_the_order_of_their_ids(catalogue: Catalogue) -> None:
    """Whoever reads behind the last id while several write misses none."""
    writers = [threading.Thread(target=tell, args=(catalogue, 20)) for _ in range(3)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while len(seen) < 60:
        with catalogue.reading() as rows:
            seen += [event.id for event in rows.events.after(seen[-1] if seen else 0, 7)]
    for writer in writers:
        writer.join()

    assert seen == list(range(1, 61))


def test_old_events_are_forgotten_and_the_gap_is_told(catalogue: Catalogue) -> None:
    """The ring keeps the newest; what lies behind its end cannot be replayed."""
    for start in range(0, EVENTS_KEPT + 512, 752):
        with catalogue.writing() as rows:
            for number in range(start, start + 752):
                rows.events.append(None, EventKind.PROGRESS, {"number": number}, NOON)
    with catalogue.reading() as rows:
        last = rows.events.last_id()
        old, recent, future = (
            rows.events.replay(event_id, None) for event_id in (1, last - 5, last + 1)
        )
        kept = rows.events.after(0, 10**6)

    assert last == EVENTS_KEPT + 512
    assert EVENTS_KEPT <= len(kept) < last
    assert (old.has_gap, future.has_gap, recent.has_gap) == (True, True, False)
    assert [event.id for event in recent.events] == list(range(last - 4, last + 1))


def test_nothing_is_missed_before_the_first_event(catalogue: Catalogue) -> None:
    """An empty ring has no gap at its beginning."""
    with catalogue.reading() as rows:
        replay = rows.events.replay(0, ID)

    assert (replay.events, replay.has_gap) == ((), False)
