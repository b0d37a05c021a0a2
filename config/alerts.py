"""The ways to tell people of alarms, as the project file names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.alarms.model import Severity
from bridge.alarms.policy import AlertPolicy
from bridge.alarms.sending import Hook, Mail
from bridge.app import Alerts

if TYPE_CHECKING:
    from bridge.alarms.sending import Channel
    from config.alert_entries import AlertChannelEntry, AlertsEntry


def alerts_of(entry: AlertsEntry) -> Alerts:
    """Return whom to tell, and when."""
    policy = AlertPolicy(
        quiet_from=entry.quiet_from,
        quiet_until=entry.quiet_until,
        zone=entry.zone,
        least=Severity[entry.least.upper()],
    )
    channels = tuple(_channel(name, each) for name, each in entry.to.items())
    return Alerts(channels=channels, policy=policy, heartbeat=entry.heartbeat)


def _channel(name: str, entry: AlertChannelEntry) -> Channel:
    if entry.type != "mail":
        if entry.url is None:  # the model has asked for it
            message = f"alerts.to.{name} has no url"
            raise ValueError(message)
        return Hook(name=name, url=entry.url, shape=entry.type)
    return Mail(
        name=name,
        host=entry.host,
        port=entry.port,
        sender=entry.sender,
        to=entry.to,
        user=entry.user,
        password=entry.password,
    )
