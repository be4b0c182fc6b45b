"""The plan that a person may carry out: which files to keep, which to move, and a script for it.

The program itself never moves or deletes a file. The script is plain POSIX sh: it only tells what
it would do until it is run with `--apply`, and it leaves every file alone that is not exactly as
it was when it was listened to, or whose keeper is not.
"""

import json
import os
from collections.abc import Iterable

from audio_ident.model.kinship import Copy, DuplicateGroup

_HEAD = r"""#!/bin/sh
# Written by audio-ident. Says what it would do; with --apply it moves the files to the trash
# folder below, with --apply --delete it removes them. Read it before you run it.
set -eu

trash=@TRASH@
apply=no
delete=no
for option in "$@"; do
    case "$option" in
        --apply) apply=yes ;;
        --delete) delete=yes ;;
        *) printf 'usage: sh duplicates.sh [--apply [--delete]]\n' >&2; exit 2 ;;
    esac
done

seconds_of() {  # when a file was last written; GNU, then BSD
    stat -c %Y -- "$1" 2>/dev/null || stat -f %m -- "$1" 2>/dev/null || printf unknown
}

is_as_it_was() {  # path, bytes, seconds
    [ -f "$1" ] && [ ! -L "$1" ] &&
        [ "$(wc -c < "$1" | tr -d ' ')" = "$2" ] && [ "$(seconds_of "$1")" = "$3" ]
}

take_away() {  # path, bytes, seconds, then the same of the file that is kept
    if ! is_as_it_was "$4" "$5" "$6"; then
        printf 'left alone, its keeper is not as it was: %s\n' "$1"
        return 0
    fi
    if ! is_as_it_was "$1" "$2" "$3"; then
        printf 'left alone, it is not as it was: %s\n' "$1"
        return 0
    fi
    if [ "$1" -ef "$4" ]; then
        printf 'left alone, it is its keeper: %s\n' "$1"
        return 0
    fi
    if [ "$delete" = yes ]; then
        printf 'delete %s\n' "$1"
        if [ "$apply" = yes ]; then rm -f -- "$1"; fi
        return 0
    fi
    target=$trash$1
    if [ -e "$target" ] || [ -L "$target" ]; then
        printf 'left alone, the trash has a file of that name: %s\n' "$1"
        return 0
    fi
    printf 'move %s\n' "$1"
    if [ "$apply" = yes ]; then
        mkdir -p -- "${target%/*}"
        mv -- "$1" "$target"
    fi
}

"""

_FOOT = r"""
if [ "$apply" = no ]; then
    printf '%s\n' 'nothing was changed; run it with --apply to do this'
fi
"""

_NANOSECONDS = 10**9


def plan_lines(groups: Iterable[DuplicateGroup]) -> bytes:
    """The plan as JSON Lines: one object for each file of each group."""
    lines = [
        json.dumps(_step(group, copy), ensure_ascii=True)
        for group in groups
        for copy in group.copies
    ]
    return "".join(line + "\n" for line in lines).encode("ascii")


def shell_script(groups: Iterable[DuplicateGroup], trash_folder: str) -> bytes:
    """The script; names are written with exactly the bytes that they have on disk."""
    trash = _quoted(os.fsencode(trash_folder.rstrip("/")))
    parts = [_HEAD.encode("ascii").replace(b"@TRASH@", trash)]
    for group in groups:
        keeper = _keeper(group)
        parts.append(f"# group {group.id}, {group.kinship.value}\n".encode("ascii"))
        parts += [
            b" ".join((b"take_away", _facts(copy), _facts(keeper))) + b"\n"
            for copy in group.copies
            if copy is not keeper
        ]
    return b"".join([*parts, _FOOT.encode("ascii")])


def _step(group: DuplicateGroup, copy: Copy) -> dict[str, object]:
    is_kept = copy.track.id == group.suggestion.track_id
    return {
        "type": "step",
        "schema": 1,
        "group": group.id,
        "kinship": group.kinship.value,
        "action": "keep" if is_kept else "move",
        "track": copy.track.id,
        "path": copy.track.path,
        "size_bytes": copy.size_bytes,
        "mtime_ns": copy.mtime_ns,
        "audio_digest": copy.track.digest,
        "reasons": list(group.suggestion.reasons) if is_kept else [],
    }


def _keeper(group: DuplicateGroup) -> Copy:
    return next(copy for copy in group.copies if copy.track.id == group.suggestion.track_id)


def _facts(copy: Copy) -> bytes:
    path = _quoted(os.fsencode(copy.track.path))
    return path + f" {copy.size_bytes} {copy.mtime_ns // _NANOSECONDS}".encode("ascii")


def _quoted(raw: bytes) -> bytes:
    """A word of the shell that stands for exactly these bytes, newlines and quotes included."""
    return b"'" + raw.replace(b"'", b"'\\''") + b"'"
