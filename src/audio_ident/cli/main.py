"""Entry point of `audio-ident`."""

from audio_ident.cli.app import make_cli
from audio_ident.cli.application import Entrance
from audio_ident.wiring import diagnose, open_application


def run() -> None:
    """Run the command line with the real application."""
    make_cli(Entrance(open_application=open_application, diagnose=diagnose))()
