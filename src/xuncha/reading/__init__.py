"""The reader of published notices: the tree of categories, problems and measures, and what is stated of them."""
