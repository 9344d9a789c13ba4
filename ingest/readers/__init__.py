"""One small module per format; each offers `read(path, context) -> Reading`."""
