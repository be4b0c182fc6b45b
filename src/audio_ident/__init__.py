"""Name any clip of your own music library by ear."""
