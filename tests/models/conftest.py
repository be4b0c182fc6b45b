"""These tests need torch and transformers: `make test-models` installs them and runs them."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

HAS_REFERENCE = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "onnx"))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave them out where the reference is not installed."""
    return True if collection_path.name.startswith("test_") and not HAS_REFERENCE else None


FOUND = pytest.StashKey[dict[str, float]]()
"""The greatest differences that were measured."""


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str, float], None]:
    """Keeps the greatest difference of each kind, which is printed at the end."""
    found = request.config.stash.setdefault(FOUND, {})

    def keep(name: str, difference: float) -> None:
        found[name] = max(found.get(name, 0.0), float(difference))

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    for name, difference in sorted(terminalreporter.config.stash.get(FOUND, {}).items()):
        terminalreporter.write_line(f"greatest difference, {name}: {difference:.2g}")


@pytest.fixture(autouse=True)
def _few_threads() -> None:
    """Let torch use one thread, so that its sums are the same every time."""
    import torch  # noqa: PLC0415 -- installed only where these tests run

    torch.set_num_threads(1)
