"""Files on disk: read into the model, and changed by edits of their text. The only room that handles YAML and files."""
