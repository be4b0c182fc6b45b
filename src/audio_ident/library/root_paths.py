"""Names files by the imported folder they lie in, so that no folder of the machine is told."""

from collections.abc import Sequence

from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.roots import Root


def split_path(path: str, roots: Sequence[Root]) -> tuple[int, str]:
    """Id of the root that a file lies in, and the path below it; 0 and its name below none."""
    inside = [root for root in roots if path.startswith(_folder(root.path))]
    if not inside:
        return 0, path.rpartition("/")[2]
    root = max(inside, key=lambda root: len(root.path))
    return root.id, path[len(_folder(root.path)) :]


def without_roots(fact: str, root_paths: Sequence[str]) -> str:
    """A sentence in which files are named by their paths below their roots."""
    for path in sorted(map(_folder, root_paths), key=len, reverse=True):
        if len(path) > 1:
            fact = fact.replace(path, "").replace(display_name(path), "")
    return fact


def _folder(path: str) -> str:
    return path.rstrip("/") + "/"
