package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import relay.core.routing.Lane;
import relay.server.testing.Samples;
import tools.jackson.databind.JsonNode;

class QueueApiTest extends AdminFixture {
    @Test
    void queuesShowHowManyHowOldAndWhy() throws Exception {
        // Given a bank whose TLS is broken, and a filter that works.
        fill();

        // When the queues are asked for.
        JsonNode queues = json(get("/api/v1/queues")).path("queues");

        // Then everything an administrator asks first is there.
        assertThat(queues.size()).isEqualTo(2);
        JsonNode bank = queues.get(0);
        assertThat(bank.path("id").asString()).isEqualTo("bank/bank.example");
        assertThat(bank.path("status").asString()).isEqualTo("Retry");
        assertThat(bank.path("messages").asLong()).isEqualTo(2);
        assertThat(bank.path("retryAt").asString()).isEqualTo("2026-11-23T16:00:00Z");
        assertThat(bank.path("deliveryType").asString()).isEqualTo("DnsConnectorDelivery");
        assertThat(bank.path("velocity").asLong()).isEqualTo(-18);
        assertThat(bank.path("oldestAgeSeconds").asLong()).isEqualTo(10800);
        assertThat(bank.path("lastError").path("reason").asString()).isEqualTo("tls");
        assertThat(bank.path("lastError").path("unmetDemands").get(0).asString())
                .isEqualTo("encryption (connector bank): not-offered (no STARTTLS in EHLO)");
        assertThat(queues.get(1).has("lastError")).isFalse();
        assertThat(queues.get(1).has("retryAt")).isFalse();
    }

    @Test
    void messagesShowSenderRecipientsAndTrouble() throws Exception {
        // Given two messages for the bank and one for the filter.
        fill();

        // When the bank's are asked for.
        JsonNode answer = json(get("/api/v1/messages?id=bank%2Fbank.example"));

        // Then there are two, with the whole envelope.
        assertThat(answer.path("messages").size()).isEqualTo(2);
        assertThat(answer.path("truncated").asBoolean()).isFalse();
        JsonNode first = answer.path("messages").get(0);
        assertThat(first.path("sender").asString()).isEqualTo("alice@sender.example");
        assertThat(first.path("recipients").get(0).asString()).isEqualTo("bob@bank.example");
        assertThat(first.path("sizeBytes").asLong()).isEqualTo(2048);
        assertThat(first.path("ageSeconds").asLong()).isEqualTo(10800);
        assertThat(first.path("nextAttempt").asString()).isEqualTo("2026-11-23T12:00:00Z");
        String id = first.path("message").asString();
        assertThat(json(get("/api/v1/messages/" + id)).path("messages").size()).isEqualTo(1);
    }

    @Test
    void whatIsNotAsciiIsEscapedInAnAnswer() throws Exception {
        // Given a recipient whose name turns the direction of writing.
        var turned = Samples.mailbox("a\u202eb", "bank.example");
        queue.addActive(Samples.BANK, 1, Samples.NOON);
        queue.entries.add(Samples.entry(1, Samples.BANK, turned));

        // When its message is asked for.
        String answer = get("/api/v1/messages?connector=bank").body();

        // Then a terminal is given its number, and a program the name.
        assertThat(answer).contains("a\\u202Eb@bank.example");
        assertThat(JSON.readTree(answer).at("/messages/0/recipients/0").asString())
                .isEqualTo("a\u202eb@bank.example");
    }

    @Test
    void aLimitedListSaysThatThereIsMore() throws Exception {
        // Given two messages for the bank.
        fill();

        // When one is asked for, and then as many as there are.
        JsonNode one = json(get("/api/v1/messages?connector=bank&limit=1"));
        JsonNode two = json(get("/api/v1/messages?connector=bank&limit=2"));

        // Then the short list says that it is one.
        assertThat(one.path("messages").size()).isEqualTo(1);
        assertThat(one.path("truncated").asBoolean()).isTrue();
        assertThat(two.path("truncated").asBoolean()).isFalse();
        assertThat(get("/api/v1/messages?limit=0").statusCode()).isEqualTo(400);
        assertThat(get("/api/v1/messages?limit=ten").statusCode()).isEqualTo(400);
    }

    @Test
    void aDomainBehindASmartHostIsFoundInItsLane() throws Exception {
        // Given mail for two domains in the filter's lane.
        fill();
        queue.entries.add(
                Samples.entry(9, Samples.FILTER, Samples.mailbox("eve", "other.example")));

        // When one of them is asked for.
        JsonNode answer = json(get("/api/v1/messages?domain=OTHER.example"));

        // Then only its mail is shown.
        assertThat(answer.path("messages").size()).isEqualTo(1);
        assertThat(answer.path("messages").get(0).path("recipients").get(0).asString())
                .isEqualTo("eve@other.example");
        assertThat(get("/api/v1/messages?domain=-no-").statusCode()).isEqualTo(400);
    }

    @Test
    void retryMakesDueWhatIsNamedByLaneConnectorMessageOrDomain() throws Exception {
        // Given the queue and the id of a message in the filter's lane.
        fill();
        String message = queue.entries.getLast().id().message().toString();

        // When each way of naming is used.
        JsonNode byLane = json(post("{\"ids\":[\"bank/bank.example\"]}"));
        post("{\"ids\":[\"filter\"]}");
        post("{\"ids\":[\"" + message + "\"]}");
        post("{\"domain\":\"bank.example\"}");
        post("{\"connector\":\"filter\"}");
        post("{\"all\":true}");

        // Then the lanes were retried, and the answer says which and how many messages.
        assertThat(byLane.path("messages").asLong()).isEqualTo(2);
        assertThat(byLane.path("queues").get(0).asString()).isEqualTo("bank/bank.example");
        List<Lane> each =
                List.of(
                        Samples.BANK,
                        Samples.FILTER,
                        Samples.FILTER,
                        Samples.BANK,
                        Samples.FILTER,
                        Samples.BANK,
                        Samples.FILTER);
        assertThat(queue.retried).isEqualTo(each);
    }

    @Test
    void whatIsNotThereIsNamedAndNothingIsDone() throws Exception {
        // Given the queue.
        fill();

        // When one of three ids is there.
        var answer = post("{\"ids\":[\"bank\",\"7F3A00000000\",\"nobody\"]}");

        // Then the others are listed and the one is left alone.
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("unknown").size()).isEqualTo(2);
        assertThat(body.path("error").asString())
                .isEqualTo("not in the queue: 7F3A00000000, nobody");
        assertThat(queue.retried).isEmpty();
        assertThat(get("/api/v1/messages/7F3A00000000").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/queues?connector=nobody").statusCode()).isEqualTo(404);
    }

    @Test
    void anOrderThatCannotBeReadIsRefusedWithTheReason() throws Exception {
        // Given bodies with a field too many or of the wrong kind, when they are posted, then each
        // is refused and nothing is done.
        fill();
        Map<String, String> wrong =
                Map.of(
                        "{\"all\":true,\"notice\":true}", "hold",
                        "{\"all\":true,\"notice\":\"no\"}", "remove",
                        "{\"notice\":true}", "remove",
                        "{\"to\":\"filter\"}", "redirect");
        for (var body : wrong.entrySet()) {
            var answer = post("/api/v1/messages/" + body.getValue(), body.getKey());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        }
        assertThat(post("/api/v1/messages/redirect", "{\"all\":true}").statusCode()).isEqualTo(404);
        assertThat(queue.orders).isEmpty();
    }

    @Test
    void aConnectorWithoutMailIsKnown() throws Exception {
        // Given an empty queue, when a configured connector is retried.
        JsonNode answer = json(post("{\"ids\":[\"bank\"]}"));

        // Then that is no mistake, and nothing to do.
        assertThat(answer.path("messages").asLong()).isZero();
        assertThat(queue.retried).isEmpty();
    }

    @Test
    void aChangeThatCannotBeReadIsRefusedWithTheReason() throws Exception {
        // Given bodies that are not a selection, when they are posted, then each is refused.
        for (String body :
                List.of(
                        "",
                        "nonsense",
                        "[]",
                        "{}",
                        "{\"all\":false}",
                        "{\"ids\":[]}",
                        "{\"ids\":[1]}",
                        "{\"ids\":\"bank\"}",
                        "{\"domain\":7}",
                        "{\"other\":1}",
                        "{\"all\":true,\"domain\":\"bank.example\"}")) {
            var answer = post(body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("error").asString()).isNotEmpty();
        }
        assertThat(queue.retried).isEmpty();
    }
}
