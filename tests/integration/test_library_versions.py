"""The libraries that decode are known and new enough."""

import av
import pytest

from audio_ident.engines.pyav_open import library_versions
from audio_ident.errors import SettingsInvalid


def test_versions_are_told_for_the_doctor() -> None:
    """PyAV, FFmpeg and each of its libraries have a version."""
    versions = library_versions()
    assert versions["pyav"] == av.__version__
    assert {"ffmpeg", "libavformat", "libavcodec"} <= versions.keys()


def test_libraries_that_are_too_old_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An older FFmpeg trims delay and padding differently: offsets would be wrong."""
    monkeypatch.setitem(av.library_versions, "libavcodec", (58, 134, 100))
    with pytest.raises(SettingsInvalid, match="libavcodec"):
        library_versions()
