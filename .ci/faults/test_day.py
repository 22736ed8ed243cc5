"""24 hours of schedule in half a minute: one second of the test is an hour of the schedule."""

import time

from field import ALICE, BOB, CAROL, FaultTest
from load import send_each
from loopback import await_that

# 1m, 5m, 10m and so on of a real schedule; a warning after 4 hours, and the end after a day.
DAY = {"delays": ["1s", "1s", "2s"], "expireAfter": "24s", "delayWarningAfter": "4s"}
EACH = 25
SLACK_SECONDS = 6


class Day(FaultTest):
    alone = True  # a second late is an hour late

    def test_each_message_is_delivered_once_or_returned_once_and_warned_of_once(self):
        self.set_field(bank={"retry": DAY}, elsewhere={"retry": DAY})
        self.field.start_relay()
        self.field.bank.down()
        self.field.open.refusals["RCPT"] = "450 4.2.1 not now"
        began = time.monotonic()
        lost_cause = send_each(self.book, self.relay.port, [[ALICE]] * EACH)
        late = send_each(self.book, self.relay.port, [[BOB]] * EACH)
        both = send_each(self.book, self.relay.port, [[BOB, ALICE]] * EACH)
        everything = lost_cause + late + both
        self.await_notices("delayed", everything, began + 4)
        # After half a day one partner takes its mail again.
        time.sleep(max(0, began + 12 - time.monotonic()))
        self.assertEqual([], self.told("failed"))
        self.field.open.refusals = {}
        self.field.open.hang_up()
        await_that("late mail arrives", lambda: len(self.book.copies_of("open.example")) == 2 * EACH)
        self.await_notices("failed", lost_cause + both, began + 24)
        self.assertGreater(time.monotonic(), began + 24)
        self.relay.await_empty_queue()
        self.assert_told_once()
        self.returned = {(number, ALICE) for number in lost_cause + both}
        self.assertEqual(self.returned, self.book.missing())
        # Returned to the sender is not lost: the notices account for these.
        self.book.acknowledged -= self.returned
        self.assertEqual(0, self.close_account(f"a day in 24 s, {len(self.returned)} returned").duplicated)

    def await_notices(self, action, numbers, due):
        seconds = max(0, due - time.monotonic()) + SLACK_SECONDS
        await_that(f"the sender has been told {action} of each", lambda: set(numbers) <= set(self.told(action)), seconds)

    def told(self, action):
        return [notice.number for notice in self.book.notices if notice.action == action]

    def assert_told_once(self):
        # A message with two recipients in two lanes is two entries: each has a warning of its own.
        self.assertEqual({CAROL}, {notice.recipient for notice in self.book.notices})
        self.assertEqual(4 * EACH, len(self.told("delayed")))
        self.assertEqual(2 * EACH, len(self.told("failed")))
        self.assertEqual(2 * EACH, len(set(self.told("failed"))))
