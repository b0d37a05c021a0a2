"""Command groups. They get the composed App from their context and import no configuration and no adapter."""
