"""The table of moves between the states of a session."""

import itertools

import pytest

from audio_ident.errors import IllegalMove
from audio_ident.model.sessions import MOVES, OPEN_STATES, WISHABLE, SessionState, Wish, move

ALL = set(SessionState)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(SessionState, repeat=2)))
def test_a_move_is_made_or_refused_as_the_table_says(
    before: SessionState, after: SessionState
) -> None:
    """Every pair of states either is in the table or raises."""
    if after in MOVES[before]:
        assert move(before, after) is after
    else:
        with pytest.raises(IllegalMove, match=f"{before} cannot become {after}"):
            move(before, after)


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    """From the queue, moves lead to each state; only three states are final."""
    reached, waiting = set(), {SessionState.QUEUED}
    while waiting:
        reached |= waiting
        waiting = {after for state in waiting for after in MOVES[state]} - reached

    assert set(MOVES) == reached == ALL
    assert {state for state in ALL if not MOVES[state]} == {
        SessionState.COMPLETED,
        SessionState.CANCELLED,
        SessionState.FAILED,
    }


def test_whatever_is_not_final_can_be_cancelled_and_what_works_be_interrupted() -> None:
    """Cancelling is a move wherever it may be wished; a process may die in any open state."""
    assert all(SessionState.CANCELLED in MOVES[state] for state in WISHABLE[Wish.CANCEL])
    assert {state for state in ALL if MOVES[state]} == WISHABLE[Wish.CANCEL]
    assert {s for s in ALL if SessionState.INTERRUPTED in MOVES[s]} == OPEN_STATES
