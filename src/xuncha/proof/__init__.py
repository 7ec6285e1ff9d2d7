"""The proofreader: finds what an editor would mark in a notice before it is published. Each rule is a function with a code (docs/adr/0015)."""
