"""Several poles in one build of the same models (docs/adr/0007-one-build-for-a-network.md)."""
