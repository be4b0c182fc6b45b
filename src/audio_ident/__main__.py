"""`python -m audio_ident`, where the command itself is not on the path."""

from audio_ident.cli.main import run

if __name__ == "__main__":
    run()
