"""The rules of a valid ledger: each is a pure function over the model, with a code, a reason and an example."""
