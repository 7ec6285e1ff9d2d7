"""Files on disk: read into the model (docs/adr/0002), and changed by edits of their text (docs/adr/0005). The only room that knows YAML."""
