"""What a scan met, kept in packed parts and read page by page."""

from pathlib import Path

from audio_ident.model.files import FileSort, ListedFile
from audio_ident.model.library import SessionId
from audio_ident.model.sessions import SessionOrder
from audio_ident.stores.sql.scan_lists import PART_FILES, SESSIONS_KEPT
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.databases import catalogue_url_of
from builders.memory_sessions import NOON

ODD = "B\udcf6rk"


def a_file(number: int) -> ListedFile:
    """One file of a scan, in a folder whose name has an odd byte."""
    return ListedFile(
        root_id=1, relative_path=f"{ODD}/{number}", size_bytes=10, modified_ns=number * 10**9
    )


def test_pages_cross_parts_and_old_lists_are_forgotten(tmp_path: Path) -> None:
    """Every file comes back once, odd bytes and all; the lists of old sessions go."""
    catalogue = Catalogue(catalogue_url_of(tmp_path))
    catalogue.migrate()
    files = [a_file(number) for number in range(PART_FILES + 5)]
    names = [SessionId(f"s{number:02}") for number in range(SESSIONS_KEPT + 1)]
    for name in names:
        with catalogue.writing() as rows:
            rows.sessions.add(name, SessionOrder(folders=("/music",)), NOON)
            rows.scan_lists.forget(name)
            rows.scan_lists.add_part(name, FileSort.AUDIO, 0, files[:PART_FILES])
            rows.scan_lists.add_part(name, FileSort.AUDIO, 1, files[PART_FILES:])
    with catalogue.reading() as rows:
        page = list(rows.scan_lists.page(names[-1], FileSort.AUDIO, PART_FILES - 2, 4))
        tallies = rows.scan_lists.tallies(names[-1])
        oldest = rows.scan_lists.tallies(names[0])
    catalogue.close()

    assert page == files[PART_FILES - 2 : PART_FILES + 2]
    assert (tallies[FileSort.AUDIO].files, tallies[FileSort.AUDIO].size_bytes) == (
        len(files),
        10 * len(files),
    )
    assert oldest == {}
