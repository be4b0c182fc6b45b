"""The importer process as a program; light, because each of its workers reads this module again."""

if __name__ == "__main__":
    from audio_ident.wiring.importing import serve_imports

    serve_imports()
