"""Musical keys as people write them, by the names that analyses give them."""

import re

_WRITTEN = re.compile(r"([A-Ga-g])\s*([#♯b♭]?)\s*(m|min|minor|maj|major)?", re.ASCII)
_PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_STEPS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


def key_named(text: str) -> str | None:
    """The key that is meant by `Am`, `a minor`, `Bb` or `F# major`; None when none is."""
    written = text.strip()
    parts = _WRITTEN.fullmatch(written[:1] + written[1:].lower())
    if parts is None:
        return None
    pitch = _PITCHES[(_PITCHES.index(parts[1].upper()) + _STEPS[parts[2]]) % len(_PITCHES)]
    is_minor = parts[3] in {"m", "min", "minor"}
    return f"{pitch} {'minor' if is_minor else 'major'}"
