"""The import contracts of `pyproject.toml` hold, and each of them rejects a wrong import."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WRONG_IMPORTS = {
    "Data flows one way: every module imports only from the levels below it": (
        "core/wrong.py",
        "import audio_ident.stores",
    ),
    "The edges reach engines, stores and core only through wiring and the use cases": (
        "cli/wrong.py",
        "import audio_ident.stores",
    ),
    "Only the edges know the composition root": (
        "ingest/wrong.py",
        "import audio_ident.wiring",
    ),
    "Use cases know no database, no network, no event loop and no settings": (
        "identify/wrong.py",
        "import sqlalchemy",
    ),
    "Adapters are configured by wiring, never by settings": (
        "engines/wrong.py",
        "import audio_ident.settings",
    ),
    "Engines run models, stores speak with vector servers, nobody else does": (
        "identify/wrong.py",
        "import onnxruntime",
    ),
    "The core is arithmetic: no files, no processes, no clock, no chance, no framework": (
        "core/wrong.py",
        "import random",
    ),
}
"""For each contract a module that breaks it."""

OTHER_WRONG_IMPORTS = [
    ("model/wrong.py", "import audio_ident.core"),
    ("stores/wrong.py", "import audio_ident.engines"),
    ("library/wrong.py", "import audio_ident.identify"),
    ("library/wrong.py", "import asyncio"),
    ("identify/wrong.py", "import audio_ident.settings"),
    ("core/listeners/wrong.py", "from pathlib import Path"),
    ("utils.py", "X = 1"),
]


FOLDERS = (
    *("api", "cli", "wiring", "ingest", "identify", "library"),
    *("engines", "stores", "core/listeners", "model", "settings"),
)


def run_contracts(project: Path) -> subprocess.CompletedProcess[str]:
    """Check a project's contracts in a process of their own."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=project,
        env={"PYTHONPATH": str(project / "src"), "COLUMNS": "300", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A package with our folders and contracts and hardly anything in it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "src/audio_ident"
    for folder in FOLDERS:
        (package / folder).mkdir(parents=True)
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").touch()
    for module in ("refusals", "vibe_errors", "logs", "errors", "units"):
        (package / f"{module}.py").touch()
    (package / "cli/serve.py").write_text("import audio_ident.api.server\n", encoding="utf-8")
    (package / "api/server.py").touch()
    return tmp_path


def broken_contracts(output: str) -> list[str]:
    """Names of the contracts that were reported as broken."""
    return [line.partition(" BROKEN")[0] for line in output.splitlines() if " BROKEN" in line]


def test_contracts_hold() -> None:
    """The package as it is keeps every contract."""
    result = run_contracts(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_small_package_keeps_the_contracts(project: Path) -> None:
    """What the wrong imports are added to is right without them."""
    result = run_contracts(project)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_wrong_import() -> None:
    """No contract is added without showing what it rejects."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}

    assert set(WRONG_IMPORTS) == names


@pytest.mark.parametrize("contract", WRONG_IMPORTS)
def test_wrong_import_breaks_its_contract(project: Path, contract: str) -> None:
    """A forbidden import is rejected by the contract that forbids it."""
    path, line = WRONG_IMPORTS[contract]
    (project / "src/audio_ident" / path).write_text(f"{line}\n", encoding="utf-8")

    result = run_contracts(project)

    assert result.returncode == 1, result.stdout + result.stderr
    assert contract in broken_contracts(result.stdout)


@pytest.mark.parametrize(("path", "line"), OTHER_WRONG_IMPORTS)
def test_other_wrong_imports_are_rejected(project: Path, path: str, line: str) -> None:
    """Imports upwards, between siblings, and modules outside the plan are rejected."""
    (project / "src/audio_ident" / path).write_text(f"{line}\n", encoding="utf-8")

    result = run_contracts(project)

    assert result.returncode == 1, result.stdout + result.stderr
