"""The work of several clones: joined in git (docs/adr/0018), renumbered where numbers clash, merged field by field (docs/adr/0017)."""
