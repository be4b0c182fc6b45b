"""Places of sentences, found out by a worker that holds the model."""

import dataclasses
from collections.abc import Callable

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolFull
from audio_ident.errors import DecodeTimeout, FileProblem
from audio_ident.identify.ask import embed_sentence
from audio_ident.model.vectors import Space, Vectors
from audio_ident.refusals import RateLimited, SearchTimeout, ServiceUnavailable


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sentences:
    """Has sentences understood by the workers that listen to clips."""

    pool: CrashProofExecutor
    monotonic_s: Callable[[], float]
    deadline_s: float

    def vector(self, space: Space, text: str) -> Vectors:
        """The place of a sentence in a space.

        Raises
        ------
        ModelMissing, ModelInvalid
            The model of the space cannot be used.
        RateLimited, SearchTimeout, ServiceUnavailable
            As many questions wait as may, or no worker answered.
        """
        ends_at_s = self.monotonic_s() + self.deadline_s
        model = str(space.parameters["name"])
        try:
            call = self.pool.try_submit(embed_sentence, model, text, ends_at_s=ends_at_s)
        except PoolFull:
            details = {"waiting": self.pool.open_calls}
            raise RateLimited(
                "as many questions wait for an answer as may", details=details, retry_after_s=1.0
            ) from None
        try:
            return call.future.result(self.deadline_s)
        except (TimeoutError, DecodeTimeout):
            call.withdraw()
            raise SearchTimeout(f"no answer within {self.deadline_s:g} s") from None
        except FileProblem as error:
            raise ServiceUnavailable(f"the sentence was not understood: {error.fact}") from error
