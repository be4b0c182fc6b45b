"""Each check of the doctor tells what is missing, its effect and the remedy."""

import datetime
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from audio_ident.library.diagnosis import content, installation, machine, program
from audio_ident.library.diagnosis.verdicts import healthy
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.reports import Diagnosis, Health

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)


def assert_degraded(diagnosis: Diagnosis, word: str) -> None:
    """It warns, and says what that means and what to do."""
    assert diagnosis.health is Health.WARNING
    assert word in diagnosis.fact
    assert diagnosis.effect
    assert diagnosis.remedy


def test_a_sound_installation_has_no_complaints(tmp_path: Path) -> None:
    """Every part is named once and well, and nothing is made."""
    places = LibraryPlaces(data_directory=tmp_path / "data")
    found = list(installation.diagnose_installation(places, NOW, lambda: healthy("none")))

    assert {d.health for d in found} == {Health.OK}, found
    assert len({d.part for d in found}) == len(found) > 15
    assert not places.data_directory.exists()


@pytest.mark.parametrize(
    ("name", "value", "check", "word"),
    [
        ("LEAST_FREE_BYTES", 1 << 60, lambda path: machine.disk_space(path), "GiB"),
        ("LEAST_FREE_INODES", 1 << 60, lambda path: machine.disk_entries(path), "free"),
        ("LEAST_MEMORY_BYTES", 1 << 60, lambda _: machine.memory(), "available"),
        ("LEAST_WATCHES", 1 << 60, lambda _: machine.watch_limit(), "folders"),
    ],
)
def test_too_little_of_anything_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: int,
    check: Callable[[Path], Diagnosis],
    word: str,
) -> None:
    """Whatever the machine has, it is too little when more is needed."""
    monkeypatch.setattr(machine, name, value)
    assert_degraded(check(tmp_path), word)


def test_a_system_without_filters_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoders work there, with less between them and the rest."""
    monkeypatch.setattr("platform.machine", lambda: "mips")
    assert_degraded(program.sandbox(), "network")


def test_few_open_files_are_told() -> None:
    """The limit of this very process is looked at."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, limits[1]))
    try:
        assert_degraded(machine.open_files(), "100")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_wrong_clock_is_told() -> None:
    """A date before this program was written cannot be."""
    assert_degraded(machine.clock(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)), "1970")


def test_a_network_file_system_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of mounts says what kind of file system a folder lies on."""
    mounts = tmp_path / "self" / "mountinfo"
    mounts.parent.mkdir()
    odd = str(tmp_path).replace("/", "\\057")
    mounts.write_text(
        f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:40 / {odd} rw - nfs4 server:/music rw\n"
    )
    monkeypatch.setattr(machine, "_PROC", tmp_path)

    assert_degraded(machine.file_system(tmp_path / "data"), "nfs4")


def test_the_doctor_leaves_nothing_in_the_data_directory(tmp_path: Path) -> None:
    """What is tried there is removed again."""
    assert machine.file_system(tmp_path).health is Health.OK
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not installed is named with what does not work without it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)

    assert_degraded(program.folder_watching(), "watchfiles")
    assert_degraded(program.picture_reading(), "pillow")


def test_missing_codecs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats that this FFmpeg cannot decode are named, and so are encoders."""
    monkeypatch.setattr("audio_ident.engines.capabilities.codecs_available", {"flac"})

    assert_degraded(program.decoders(), "MP3")
    assert "FLAC" not in program.decoders().fact
    assert_degraded(program.encoders(), "libopus")


def test_a_lock_names_its_holder(tmp_path: Path) -> None:
    """Who writes is told by process id."""
    (tmp_path / "writer.pid").write_text("1\n")

    assert "process 1 is writing" in content.writer(tmp_path).fact
