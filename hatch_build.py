"""Compiles the C kernels, all `core/*.c`, into one library of the package.

Only a C compiler is needed, no Python headers: the kernels are a plain shared library that
`audio_ident.core.kernels` opens with ctypes.
"""

import os
import shlex
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path(__file__).parent / "src/audio_ident/core"
FLAGS = (
    "-O3",
    "-std=c11",
    "-fPIC",
    "-shared",
    "-fno-math-errno",
    "-ffp-contract=off",
    "-Wall",
    "-Wextra",
    "-Werror",
)


def compile_kernels() -> Path:
    """Compile the kernels beside their sources; the compiler is $CC or cc."""
    target = SOURCES / "libkernels.so"
    compiler = shlex.split(os.environ.get("CC", "cc"))
    sources = [str(source) for source in sorted(SOURCES.glob("*.c"))]
    subprocess.run([*compiler, *FLAGS, "-o", str(target), *sources, "-lm"], check=True)
    return target


class KernelsHook(BuildHookInterface):
    """Runs for wheels and for editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, ship the library, and mark the wheel as made for this platform."""
        del version
        library = compile_kernels()
        build_data["artifacts"].append(str(library.relative_to(self.root)))
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
