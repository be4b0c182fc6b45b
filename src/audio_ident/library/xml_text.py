"""Text as XML can hold it."""

import re

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, however it is written; tags of files hold anything."""


def xml_text(text: str) -> str:
    """A text without what XML forbids; what has a meaning in XML is still to be escaped."""
    return _FORBIDDEN.sub("\ufffd", text)
