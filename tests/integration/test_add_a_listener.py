"""The how-to tells the truth: a listener is one file and one line."""

import re
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest

from audio_ident.core.listeners import registry
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.ingest.analyse import analyse
from audio_ident.model.audio import Feed
from audio_ident.stores.artefacts.artefacts_memory import MemoryArtefactStore
from builders.encode import KINDS, encode_to
from builders.hearing import GENEROUS

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "add-a-listener.md"
REGISTRY = ROOT / "src" / "audio_ident" / "core" / "listeners" / "registry.py"


@pytest.fixture
def registry_with_example(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The real registry, with the file and the line of the how-to added."""
    example = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL)[0]
    module = types.ModuleType("audio_ident.core.listeners.clipping")
    exec(compile(example, str(HOW_TO), "exec"), module.__dict__)  # noqa: S102 -- our own document
    monkeypatch.setitem(sys.modules, module.__name__, module)
    source = REGISTRY.read_text()
    first_import = "from audio_ident.core.listeners.audio_digest import AudioDigest\n"
    added_import = "from audio_ident.core.listeners.clipping import Clipping\n"
    assert source.count(first_import) == source.count("    AudioDigest,\n") == 1
    source = source.replace(first_import, first_import + added_import)
    source = source.replace("    AudioDigest,\n", "    AudioDigest,\n    Clipping,\n")
    extended = types.ModuleType("registry_with_example")
    exec(compile(source, str(REGISTRY), "exec"), extended.__dict__)  # noqa: S102
    return extended


def test_one_file_and_one_line_add_a_listener(
    registry_with_example: types.ModuleType, tmp_path: Path
) -> None:
    """The example is fed, versioned, stored and read back like all others."""
    listeners = registry_with_example.LISTENERS
    assert len(listeners) == len(registry.LISTENERS) + 1
    samples = np.full((16_000, 1), 0.5, np.float32)
    samples[100:150] = 1.0
    path = encode_to(tmp_path, samples, "wav float")
    path.write_bytes(_at_16_khz(path))
    found = analyse(path, PyavDecoder(clock=time.monotonic), listeners, GENEROUS)
    store = MemoryArtefactStore()
    store.put(found.analysis)
    section = store.get(found.analysis.digest).sections["clipping"]
    assert (section.version, section.fields["clipped_samples"]) == (1, 50)


def _at_16_khz(path: Path) -> bytes:
    """The same file, said to be at the rate of the mono stream: no resampler blurs the peaks."""
    rate = KINDS["wav float"].rate_hz
    return path.read_bytes().replace(rate.to_bytes(4, "little"), (16_000).to_bytes(4, "little"))


def test_the_how_to_names_every_feed() -> None:
    """The table of feeds is complete."""
    text = HOW_TO.read_text()
    assert all(f"`Feed.{feed.name}`" in text for feed in Feed)
