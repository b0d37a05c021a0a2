"""What the receiver counts, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from bridge.clock import Clock
    from bridge.inbox import Inbox

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """Counters of one receiver, and its inbox as it is when somebody looks."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        """Count from nothing."""
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "casebridge_hooks",
            "Webhook calls by connection and by what became of them.",
            ["connection", "outcome"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "casebridge_hook_seconds",
            "From a call's arrival to its answer.",
            ["connection"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.registry.register(_Backlog(inbox, clock))


class _Backlog:
    """Reads the inbox each time it is asked."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox, self._clock = inbox, clock

    def collect(self) -> Iterator[Metric]:
        """Yield how much waits, and for how long."""
        waiting = GaugeMetricFamily(
            "casebridge_inbox_waiting", "Calls that no sync has taken yet.", labels=["connection"]
        )
        oldest = GaugeMetricFamily(
            "casebridge_inbox_oldest_seconds", "Age of the oldest of them.", labels=["connection"]
        )
        now = self._clock.now()
        for name, backlog in self._inbox.backlog().items():
            waiting.add_metric([name], backlog.calls)
            oldest.add_metric([name], (now - backlog.oldest).total_seconds())
        yield waiting
        yield oldest
