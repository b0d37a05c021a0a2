"""Any REST tool, connected by a manifest in YAML: what to send, where things stand in answers, and what answers mean."""
