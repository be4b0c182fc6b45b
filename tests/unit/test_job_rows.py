"""Jobs as rows: every step is taken by one process only."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Answer, Match, Span, Verdict
from audio_ident.model.jobs import Job, JobId, JobOrder, JobState
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.databases import catalogue_url_of

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
ID = JobId("11111111-1111-4111-8111-111111111111")
ORDER = JobOrder(created_by="me", request_digest="d", request_key="k", file_name="set.mp3")

MATCH = Match(
    digest=AudioDigest("d"),
    confidence=0.99,
    offset_s=-1.5,
    query_span=Span(start_s=1.5, end_s=60.0),
    recording_span=Span(start_s=0.0, end_s=58.5),
    gaps=(Span(start_s=20.0, end_s=22.0),),
    coverage=0.9,
    speed_factor=1.01,
    pitch_factor=1.0,
    aligned_landmarks=300,
    expected_by_chance=3.0,
    score=40.0,
)
ANSWER = Answer(verdict=Verdict.MATCH, matches=(MATCH,), clip_duration_s=3600.0, hypotheses_tried=7)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A catalogue with one job."""
    catalogue = Catalogue(catalogue_url_of(tmp_path))
    catalogue.migrate()
    with catalogue.writing() as rows:
        rows.jobs.add(ID, ORDER, NOW)
    yield catalogue
    catalogue.close()


def job(catalogue: Catalogue) -> Job:
    """The job as it is."""
    with catalogue.reading() as rows:
        found = rows.jobs.find(ID)
    assert found is not None
    return found


def claimed(catalogue: Catalogue, owner: str) -> Job:
    """The job, taken by a process."""
    seen = job(catalogue)
    with catalogue.writing() as rows:
        assert rows.jobs.claim(seen, owner, NOW)
    return seen


def test_only_one_process_gets_a_job(catalogue: Catalogue) -> None:
    """Of two that saw it waiting, the second is too late."""
    seen = claimed(catalogue, "one")
    with catalogue.writing() as rows:
        assert not rows.jobs.claim(seen, "two", NOW)
    assert (job(catalogue).owner, job(catalogue).attempts) == ("one", 1)


def test_a_job_of_a_dead_process_changes_hands(catalogue: Catalogue) -> None:
    """Its former owner, should it wake up again, has no say any more."""
    claimed(catalogue, "one")
    claimed(catalogue, "two")
    with catalogue.writing() as rows:
        assert not rows.jobs.report(ID, "one", 0.9)
        assert not rows.jobs.finish(ID, "one", ANSWER, NOW)
        assert rows.jobs.report(ID, "two", 0.1)
    assert (job(catalogue).progress, job(catalogue).attempts) == (0.1, 2)


def test_an_interruption_in_good_order_is_no_attempt(catalogue: Catalogue) -> None:
    """A service that is restarted often does not give a long recording up."""
    seen = claimed(catalogue, "one")
    with catalogue.writing() as rows:
        assert rows.jobs.interrupt(seen, "one")
        assert [each.id for each in rows.jobs.open()] == [ID]
    assert (job(catalogue).state, job(catalogue).attempts) == (JobState.INTERRUPTED, 0)


def test_what_was_heard_comes_back_as_it_was(catalogue: Catalogue) -> None:
    """Every figure of every match."""
    claimed(catalogue, "one")
    with catalogue.writing() as rows:
        assert rows.jobs.finish(ID, "one", ANSWER, NOW)
    ended = job(catalogue)

    assert ended.answer == ANSWER
    assert (ended.state, ended.owner, ended.progress) == (JobState.DONE, None, 1.0)
    assert ended.order == ORDER


def test_a_cancelled_job_stays_cancelled(catalogue: Catalogue) -> None:
    """Its owner learns of it with its next report, and its result is not wanted any more."""
    claimed(catalogue, "one")
    with catalogue.writing() as rows:
        assert rows.jobs.cancel(ID, NOW)
        assert not rows.jobs.report(ID, "one", 0.5)
        assert not rows.jobs.finish(ID, "one", ANSWER, NOW)
        assert not rows.jobs.cancel(ID, NOW)
    assert job(catalogue).state is JobState.CANCELLED
