"""One step a file: ``vNNNN`` and what it does."""
