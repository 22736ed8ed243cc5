"""Reads what /metrics says (Prometheus text format)."""

import re

SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    def __init__(self, text):
        self.samples = [self._sample(line) for line in text.splitlines() if line and not line.startswith("#")]

    @staticmethod
    def _sample(line):
        name, labels, value = SAMPLE.match(line).groups()
        return name, dict(LABEL.findall(labels or "")), float(value)

    def all(self, name, **labels):
        """The samples of that name that carry these labels: pairs of labels and value."""
        wanted = labels.items()
        return [(own, value) for own_name, own, value in self.samples if own_name == name and wanted <= own.items()]

    def total(self, name, **labels):
        return sum(value for _, value in self.all(name, **labels))
