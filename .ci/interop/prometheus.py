"""A Prometheus that scrapes one relay, with the alert rules as shipped, a minute of theirs in a second."""

import json
import re
import subprocess
import time

from loopback import await_that, free_port, http_get
from relay import REPOSITORY

RULES = REPOSITORY / "conf" / "prometheus-alerts.yml"
START_SECONDS = 30

CONFIGURATION = """\
global: {{ scrape_interval: 1s, evaluation_interval: 1s }}
rule_files: [{rules}]
scrape_configs:
  - job_name: relay
    static_configs: [{{ targets: ["127.0.0.1:{admin}"] }}]
"""

DURATION = re.compile(r"(?:(?<=for: )|(?<=\[)|(?<=:))(\d+)([mh])\b")


def hastened(rules):
    """The rules with every `for` and every range in seconds where it was minutes, and in minutes where it was hours."""
    return DURATION.sub(lambda match: match[1] + {"m": "s", "h": "m"}[match[2]], rules)


class Prometheus:
    def __init__(self, folder, admin_port):
        self.folder = folder
        self.port = free_port()
        self.admin_port = admin_port
        self.process = None

    def start(self):
        self.folder.mkdir()
        rules = self.folder / "alerts.yml"
        rules.write_text(hastened(RULES.read_text()))
        configuration = self.folder / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(rules=rules, admin=self.admin_port))
        with open(self.folder / "log", "ab") as output:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={self.folder / 'data'}",
                 f"--web.listen-address=127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        await_that("Prometheus is ready", lambda: http_get(self.port, "/-/ready")[0] == 200, START_SECONDS)

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    # --- what it knows

    def await_scrape(self):
        """Returns when a scrape that began after this call is in."""
        called = time.time()

        def scraped():
            targets = self._get("targets?state=active")["activeTargets"]
            return [target for target in targets if target["health"] == "up" and target["lastScrape"] > stamp(called)]

        await_that("the relay is scraped", scraped)

    def firing(self):
        """The labels and annotations of the alerts that fire, by their names."""
        alerts = [alert for alert in self._get("alerts")["alerts"] if alert["state"] == "firing"]
        return {alert["labels"]["alertname"]: {**alert["labels"], **alert["annotations"]} for alert in alerts}

    def rules(self):
        return {rule["name"] for group in self._get("rules")["groups"] for rule in group["rules"]}

    def troubled_rules(self):
        """Those that it could not evaluate."""
        rules = [rule for group in self._get("rules")["groups"] for rule in group["rules"]]
        return {rule["name"]: rule["lastError"] for rule in rules if rule["health"] == "err"}

    def _get(self, path):
        status, text = http_get(self.port, f"/api/v1/{path}")
        if status != 200:
            raise AssertionError(f"Prometheus answers {path} with {status}: {text}\n{(self.folder / 'log').read_text()}")
        return json.loads(text)["data"]


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1e9):09}Z"
