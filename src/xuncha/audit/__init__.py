"""The audit: what did happen. History replayed out of git, and every break of the rules named."""
