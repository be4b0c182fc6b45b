"""Tables of the catalogue: edits, removals and the browsable form of tracks."""
