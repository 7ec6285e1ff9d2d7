"""What makes a ledger valid: each rule a pure function over the model, with a code, a reason and an example."""
