"""ONNX Runtime, imported late and kept quiet.

Since version 1.29 its packages report their use to Microsoft over the network, and keep a number of
the machine in the home directory, on every system. A music library is nobody's business: it is told
to keep silent before it is loaded, which is the only time at which it listens.
"""

import os
from pathlib import Path
from typing import Any, TypeAlias

Runtime: TypeAlias = Any
"""The module; it has no types."""

Session: TypeAlias = Any
"""An opened model."""

_SILENCE = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")
"""What the variable is called in different versions."""


def onnx_runtime() -> Runtime:
    """The module, which neither reports nor keeps anything."""
    for name in _SILENCE:
        os.environ[name] = "1"
    import onnxruntime  # noqa: PLC0415, TID251 -- heavy; and this is the place

    onnxruntime.disable_telemetry_events()  # on Windows, which has no such variable
    return onnxruntime


def open_session(path: Path) -> Session:
    """An ONNX file, ready to compute in the thread that asks."""
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return runtime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )


def run_options() -> Any:  # noqa: ANN401 -- the runtime has no types
    """Memory is handed back after each run, so that a long sentence leaves nothing behind."""
    options = onnx_runtime().RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options
