"""What is this clip?"""

from audio_ident.model.answer import Answer
from audio_ident.model.audio import Mono
from audio_ident.model.segment import Snapshot


def identify(snapshot: Snapshot, samples: Mono) -> Answer:
    """Name a clip at 16 kHz of up to 30 s; what lies beyond is not heard."""
    raise NotImplementedError
