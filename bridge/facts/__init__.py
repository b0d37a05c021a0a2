"""Facts: how messages, people and everything else a page brings are stored, append-only."""
