"""Says where a file lies on another machine that sees the same music under other folders."""

from collections.abc import Iterable

from audio_ident.model.export import PathMapping


def mapped_path(path: str, mappings: Iterable[PathMapping]) -> str:
    """A path as the mappings spell it; the longest source that fits counts, else nothing changes.

    Whole folders are compared: `/music` fits `/music/a.mp3`, never `/music-2/a.mp3`. A target
    with backslashes and no slash is taken for one of Windows, and so is the rest of the path.
    """
    fitting = [mapping for mapping in mappings if _is_below(path, mapping.source)]
    if not fitting:
        return path
    chosen = max(fitting, key=lambda mapping: len(_without_end(mapping.source)))
    rest = path[len(_without_end(chosen.source)) :]
    if "\\" in chosen.target and "/" not in chosen.target:
        return chosen.target.rstrip("\\") + rest.replace("/", "\\")
    return (_without_end(chosen.target) + rest) if chosen.target else rest.lstrip("/")


def _is_below(path: str, source: str) -> bool:
    source = _without_end(source)
    return path == source or path.startswith(source + "/")


def _without_end(folder: str) -> str:
    return folder.rstrip("/")
