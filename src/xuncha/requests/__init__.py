"""What the command line and the desk both take and give: values as people type them, filters, and answers for programs."""
