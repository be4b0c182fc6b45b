"""Entry point of `audio-ident`; light, because every worker process imports it again."""


def run() -> None:
    """Run the command line with the real application."""
    # Imported late: a worker reads this module but needs neither typer nor the database.
    from audio_ident.cli.app import make_cli  # noqa: PLC0415
    from audio_ident.cli.application import Entrance  # noqa: PLC0415
    from audio_ident.wiring import diagnose, open_application  # noqa: PLC0415

    make_cli(Entrance(open_application=open_application, diagnose=diagnose))()
