"""Tables of the catalogue: events of imports."""
