"""Input and output that the command line and the desk share: values as people type them, filters, and answers for programs."""
