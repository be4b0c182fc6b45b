"""The Qdrant server that a person named for the tests, if there is one.

`QDRANT_URL` is a setting of the program too: it is taken out of the environment here, before any
test runs, so that no library of a test keeps its vectors there.
"""

import os

URL = os.environ.pop("QDRANT_URL", "")
API_KEY = os.environ.pop("QDRANT_API_KEY", "")
