"""Triage: ordered rules say contact reason, priority, queue, SLA, and whether a case is wanted."""
