"""A pretend HubSpot account: one ASGI app, stateful and as strict as the vendor. Start with ``app.Fake``."""
