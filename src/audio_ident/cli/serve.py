"""`audio-ident serve`."""

from typing import Annotated

import typer

from audio_ident.cli.session import command, settings_of

Host = Annotated[str | None, typer.Option(help="Address to listen on; setting `host`.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; setting `port`.")]


def serve(context: typer.Context, host: Host = None, port: Port = None) -> None:
    """Offer the library over HTTP, until Ctrl-C."""
    with command(context, as_json=False) as output:
        settings = settings_of(context, host=host, port=port).settings
        # Imported late: no other command needs the machinery of HTTP.
        from audio_ident.api import server  # noqa: PLC0415
        from audio_ident.wiring.accounts import prepare_start  # noqa: PLC0415

        if link := prepare_start(settings):
            output.note(f"nobody owns this service yet: open {link} within an hour")
        server.serve(settings, lambda url: output.note(f"listening on {url}"))
