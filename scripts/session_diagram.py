"""Draws the moves between session states into decision 0015; --check compares."""

import re
import sys
from pathlib import Path

from audio_ident.model.sessions import MOVES, SessionState

PAGE = Path(__file__).resolve().parent.parent / "docs/decisions/0015-sessions.md"

BLOCK = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)


def session_diagram() -> str:
    """The table of moves as a Mermaid diagram; states are drawn in the order of their list."""
    order = list(SessionState)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> queued"]
    for before in order:
        lines += [f"    {before} --> {after}" for after in sorted(MOVES[before], key=order.index)]
        if not MOVES[before]:
            lines.append(f"    {before} --> [*]")
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    old = PAGE.read_text(encoding="utf-8")
    new = BLOCK.sub(session_diagram(), old)
    if "--check" in sys.argv:
        if old != new:
            sys.exit("docs/decisions/0015-sessions.md is out of date: run `make docs`")
        print("session diagram: up to date")
    else:
        PAGE.write_text(new, encoding="utf-8")
