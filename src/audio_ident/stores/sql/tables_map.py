"""Tables of the map of the library."""
