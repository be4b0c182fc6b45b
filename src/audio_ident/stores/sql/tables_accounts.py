"""Tables of the catalogue: people, keys and log-ins."""
