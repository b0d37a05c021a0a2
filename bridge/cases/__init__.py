"""Cases: strands, episodes and cases as pure functions of facts, decisions and policy."""
