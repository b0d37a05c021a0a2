"""HubSpot: customers are contacts, cases are tickets, messages are notes on the ticket's timeline (or communications).

Records carry our key in a unique property of ours. What HubSpot has no room for is kept in properties of ours beside it.
"""
