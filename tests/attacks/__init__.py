"""What somebody could do who means harm, and what comes of it."""
