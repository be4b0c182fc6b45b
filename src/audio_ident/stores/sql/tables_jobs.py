"""Tables of the catalogue: long work over HTTP."""
