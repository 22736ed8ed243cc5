"""The alert rules as shipped, in promtool's unit tests."""

import pathlib
import re
import subprocess
import unittest

from relay import REPOSITORY

RULES = REPOSITORY / "conf" / "prometheus-alerts.yml"
CASES = pathlib.Path(__file__).with_name("prometheus-alerts.test.yml")


class TheRules(unittest.TestCase):
    def test_fire_when_they_should_and_not_before(self):
        command = ["promtool", "test", "rules", str(CASES)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_each_has_a_case_in_which_it_fires(self):
        rules = set(re.findall(r"alert: (\w+)", RULES.read_text()))
        cases = set(re.findall(r"alertname: (\w+)\n +exp_alerts:", CASES.read_text()))
        self.assertTrue(rules)
        self.assertEqual(rules, cases)
