"""What a file says of itself, with all that lies beside it."""

import dataclasses
import os
import pickle
from pathlib import Path

import mutagen.flac
import mutagen.id3
import pytest

from audio_ident.core.cue_sheet import TICKS_PER_FRAME
from audio_ident.engines.companions import MAX_CUE_BYTES
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.ingest.describe import FileDescriber
from audio_ident.model.chapters import ChapterSource
from audio_ident.model.description import FileDescription
from audio_ident.model.pictures import THUMBNAIL_SIZES, PictureRole, PictureSource
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from builders.encode import encode_to
from builders.signals import chirps
from builders.tagging import picture

CUE = 'FILE "{file}" WAVE\nTRACK 01 AUDIO\nTITLE "one"\nINDEX 01 00:00:00\n' + (
    "TRACK 02 AUDIO\nINDEX 01 00:00:20\n"
)


@dataclasses.dataclass(frozen=True)
class Album:
    """A folder with one track, and where its pictures are kept."""

    track: Path
    store: FilePictureStore

    @property
    def folder(self) -> Path:
        """Where the track lies."""
        return self.track.parent

    def described(self) -> FileDescription:
        """What is known of the track."""
        describer = FileDescriber(MutagenTagReader(), self.store)
        before = sorted(self.folder.iterdir())
        found: FileDescription = pickle.loads(pickle.dumps(describer)).read(self.track)  # noqa: S301
        assert sorted(self.folder.iterdir()) == before, "nothing is written beside the music"
        return found


@pytest.fixture
def album(tmp_path: Path) -> Album:
    """A track without anything."""
    folder = tmp_path / "music"
    folder.mkdir()
    track = encode_to(folder, chirps(0.5), "flac")
    return Album(track=track, store=FilePictureStore(tmp_path / "pictures"))


def embed(track: Path, data: bytes) -> None:
    """Put a picture into a FLAC file."""
    file = mutagen.flac.FLAC(track)
    art = mutagen.flac.Picture()
    art.type, art.mime, art.desc, art.data = 4, "image/png", "rear\x00side", data
    file.add_picture(art)
    file.save()


def test_embedded_and_folder_pictures_are_kept_once_each(album: Album) -> None:
    """Role, source and description are noted; the same bytes are one picture."""
    front, rear = picture("PNG", (70, 70)), picture("JPEG", (600, 500))
    embed(album.track, rear)
    (album.folder / "Cover.PNG").write_bytes(front)
    (album.folder / "folder.jpg").write_bytes(front)
    (album.folder / "back.jpg").write_bytes(rear)
    (album.folder / "holiday.jpg").write_bytes(picture("JPEG"))

    found = album.described()

    assert found.warnings == ()
    assert [(p.role, p.source, p.description, p.picture.width) for p in found.pictures] == [
        (PictureRole.BACK, PictureSource.EMBEDDED, "rear; side", 600),
        (PictureRole.FRONT, PictureSource.FOLDER, "folder.jpg", 70),
    ]
    for shown in found.pictures:
        assert all(album.store.find(shown.picture.sha256, size) for size in THUMBNAIL_SIZES)
    assert album.described() == found


def test_bad_pictures_are_warnings(album: Album, tmp_path: Path) -> None:
    """The file stays usable, and the good pictures are kept."""
    embed(album.track, b"no picture" * 50)
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(picture("JPEG"))
    (album.folder / "folder.jpg").write_bytes(b"x")
    (album.folder / "front.jpg").symlink_to(outside)
    os.mkfifo(album.folder / "album.jpg")
    (album.folder / "cover.jpg").write_bytes(picture("JPEG"))

    found = album.described()

    assert [p.description for p in found.pictures] == ["cover.jpg"]
    assert [warning.code for warning in found.warnings] == ["PICTURE_REJECTED"] * 2


@pytest.mark.parametrize(
    ("cue_name", "named"),
    [
        ("flac.cue", "flac.flac"),
        ("FLAC.CUE", "anything.wav"),
        ("flac.flac.cue", "flac.flac"),
        ("album.cue", "Flac.FLAC"),
        ("album.cue", "flac.wav"),
        ("album.cue", "C:\\rips\\flac.flac"),
    ],
)
def test_the_cue_sheet_that_speaks_of_a_file_is_found(
    album: Album, cue_name: str, named: str
) -> None:
    """One of the same name, or one that names the file, as programs spell it."""
    (album.folder / cue_name).write_bytes(CUE.format(file=named).encode("utf-16"))
    (album.folder / "0.cue").write_text(CUE.format(file="other.flac"))
    chapters = album.described().chapters
    assert [(c.source, c.title, c.start_ticks) for c in chapters] == [
        (ChapterSource.CUE_FILE, "one", 0),
        (ChapterSource.CUE_FILE, None, 20 * TICKS_PER_FRAME),
    ]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("other.cue", CUE.format(file="other.flac").encode(), None),
        ("other.cue", b"\x00" * (MAX_CUE_BYTES + 1), None),
        ("flac.cue", b"\x00" * (MAX_CUE_BYTES + 1), "CUE_BROKEN"),
        ("flac.cue", b"TRACK 01 AUDIO", None),
        ("flac.cue", CUE.format(file="x").encode() + b"INDEX 02 0\n", "CUE_BROKEN"),
    ],
)
def test_other_and_broken_cue_sheets_do_no_harm(
    album: Album, name: str, content: bytes, code: str | None
) -> None:
    """What does not speak of the file is ignored, what is broken is a warning."""
    (album.folder / name).write_bytes(content)
    found = album.described()
    assert {warning.code for warning in found.warnings} == ({code} if code else set())
    assert len(found.chapters) == (2 if b"INDEX 02" in content else 0)


def test_a_new_cover_is_noticed_by_the_next_reading(album: Album) -> None:
    """What is remembered of a folder is forgotten when the folder changes."""
    assert album.described().pictures == ()
    (album.folder / "cover.gif").write_bytes(picture("GIF"))
    os.utime(album.folder, ns=(1, 1))
    assert len(album.described().pictures) == 1
