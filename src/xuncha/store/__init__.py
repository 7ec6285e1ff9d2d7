"""Files on disk: read into the model, and changed by one edit back. The only room that touches YAML and files."""
