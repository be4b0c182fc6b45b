"""Looks at what the program is made of: kernels, FFmpeg, optional packages."""

import importlib.util

import numpy as np

from audio_ident.core import kernels
from audio_ident.engines.capabilities import (
    missing_containers,
    missing_decoders,
    missing_encoders,
)
from audio_ident.engines.pyav_open import CONTAINERS, library_versions
from audio_ident.engines.sandbox import missing_protections
from audio_ident.errors import KernelsMissing, SettingsInvalid
from audio_ident.library.diagnosis.verdicts import broken, degraded, healthy
from audio_ident.model.reports import Diagnosis

_NEWER_PYAV = "Install the newest PyAV as a wheel (`pip install --upgrade av`); it brings FFmpeg."


def ffmpeg() -> Diagnosis:
    """Whether FFmpeg's libraries are new enough."""
    try:
        versions = library_versions()
    except SettingsInvalid as error:
        effect = "damaged and unusual files may be heard wrongly"
        return broken(error.fact, effect=effect, remedy=_NEWER_PYAV)
    return healthy(", ".join(f"{name} {version}" for name, version in versions.items()))


def decoders() -> Diagnosis:
    """Whether every promised format can be decoded."""
    missing = [*missing_decoders(), *missing_containers(CONTAINERS)]
    if not missing:
        return healthy("every promised format can be decoded")
    return degraded(
        f"cannot be decoded: {', '.join(missing)}",
        effect="files in these formats fail with UNSUPPORTED_FORMAT",
        remedy=_NEWER_PYAV,
    )


def encoders() -> Diagnosis:
    """Whether `selftest` can encode its clips."""
    missing = list(missing_encoders())
    if not missing:
        return healthy("clips can be encoded")
    return degraded(
        f"missing: {', '.join(missing)}",
        effect="`selftest` leaves out the conditions that need them",
        remedy=_NEWER_PYAV,
    )


def compiled_kernels() -> Diagnosis:
    """Whether the compiled part computes rightly; it was opened with this module."""
    packed = np.zeros(16, np.uint8)
    records = np.array([1, 2, 3], np.uint64)
    kernels.pack_records(records, 5, 0, packed)
    if np.array_equal(kernels.unpack_records(packed, 5, 0, 3), records):
        return healthy("compiled and computing")
    return broken(
        "compiled, but computing wrongly",
        effect="nothing can be imported or identified",
        remedy=KernelsMissing.remedy,
    )


def sandbox() -> Diagnosis:
    """Whether decoders are kept from what they do not need."""
    missing = list(missing_protections())
    if not missing:
        return healthy("decoders have no network and start no programs")
    return degraded(
        f"decoders are not kept from {', '.join(missing)}",
        effect="a flaw in a decoder could be used by a hostile file",
        remedy="Use Linux on x86-64 or ARM64 with seccomp filters, which containers have.",
    )


def folder_watching() -> Diagnosis:
    """Whether the system tells of changes in folders, or they must be looked for."""
    return _package("watchfiles", "watched folders are looked through at intervals")


def picture_reading() -> Diagnosis:
    """Whether covers can be made smaller."""
    return _package("PIL", "covers are not taken over", install_name="pillow")


def _package(name: str, effect: str, install_name: str | None = None) -> Diagnosis:
    install_name = install_name or name
    if importlib.util.find_spec(name) is not None:
        return healthy(f"{install_name} is installed")
    remedy = f"Install it: `pip install {install_name}`."
    return degraded(f"{install_name} is not installed", effect=effect, remedy=remedy)
