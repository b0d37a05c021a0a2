"""The outbox: wanted records are claimed, rendered, frozen, sent and settled, exactly once in effect."""
