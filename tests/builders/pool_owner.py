"""A process that owns a worker, to be killed."""

import sys
from pathlib import Path

from audio_ident.engines.pool import CrashProofExecutor
from builders import tasks

if __name__ == "__main__":
    pool = CrashProofExecutor(1, task_timeout_s=None)
    pool.submit(tasks.report_and_sleep, Path(sys.argv[1])).result()
