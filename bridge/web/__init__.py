"""What others call: the receiver of webhooks."""
