"""Resolve: everything derived is recomputed from facts, human decisions and policy, for what is dirty only."""
