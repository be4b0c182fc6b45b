"""What can go wrong with models and vectors: a branch of the tree in `errors`.

StoreProblem
├── VectorsCorrupt        VECTORS_CORRUPT        a file of the vector index fails its checksum
├── VectorsUnreachable    VECTORS_UNREACHABLE    the server that holds them does not answer
├── ModelMissing          MODEL_MISSING          no model is there for what was asked
├── ModelInvalid          MODEL_INVALID          the files of a model are not what they were
└── ModelUnreachable      MODEL_UNREACHABLE      the hub of models does not answer
"""

from audio_ident.errors import StoreProblem


class VectorsCorrupt(StoreProblem):
    """A file of the vector index fails its checksum."""

    code = "VECTORS_CORRUPT"
    remedy = (
        "Run `audio-ident rebuild`: it makes the vectors again, those of `timbre` without decoding "
        "any audio."
    )


class VectorsUnreachable(StoreProblem):
    """The server that holds the vectors does not answer, or refuses."""

    code = "VECTORS_UNREACHABLE"
    remedy = (
        "Check that Qdrant runs and that AUDIO_IDENT_QDRANT_URL and AUDIO_IDENT_QDRANT_API_KEY "
        "fit; audio-ident connects again by itself."
    )
    is_retryable = True


class ModelMissing(StoreProblem):
    """There is no model here that can do what was asked."""

    code = "MODEL_MISSING"
    remedy = (
        "Run `audio-ident models list`: it tells which models there are and how to fetch one; "
        "then set AUDIO_IDENT_VIBE_MODEL to it."
    )


class ModelInvalid(StoreProblem):
    """The files of a model are incomplete, or not those that its manifest names."""

    code = "MODEL_INVALID"
    remedy = "Run `audio-ident models verify`, then fetch or add the model again."


class ModelUnreachable(StoreProblem):
    """The hub that a model is fetched from does not answer, or refuses."""

    code = "MODEL_UNREACHABLE"
    remedy = (
        "Check the connection and give the command again: it goes on where it stopped. Or fetch "
        "the model on another machine, copy its folder, and run `audio-ident models add` on it."
    )
    is_retryable = True
