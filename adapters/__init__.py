"""One folder per system that Casebridge reads from or delivers into."""
