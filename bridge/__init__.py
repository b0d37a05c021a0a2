"""The bridge itself: nouns, contracts, engine, triage, cases, mapping, outbox and store."""
