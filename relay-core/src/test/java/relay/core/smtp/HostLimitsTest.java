package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.smtp.HostLimits.NO_LIMIT;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;

/// What fits into one transaction, and what becomes of the rest (RFC 9422 §4).
class HostLimitsTest {

    @Test
    void whereNothingIsLimitedAllGoTogether() {
        assertThat(HostLimits.NONE.fit(all("a@x b@y c@z"))).isTrue();
        assertThat(parts(HostLimits.NONE, "b@y a@x")).hasSize(1);
    }

    @Test
    void noPartHasMoreRecipientsThanATransaction() {
        var two = new HostLimits(NO_LIMIT, 2, NO_LIMIT);
        assertThat(two.fit(all("a@x b@x"))).isTrue();
        assertThat(two.fit(all("a@x b@x c@x"))).isFalse();
        assertThat(parts(two, "a@x b@x c@x d@x e@x")).containsExactly("a@x b@x", "c@x d@x", "e@x");
        assertThat(parts(two, "a@x b@x")).containsExactly("a@x b@x");
    }

    @Test
    void noPartHasMoreDomainsThanAConnection() {
        var one = new HostLimits(NO_LIMIT, NO_LIMIT, 1);
        assertThat(one.fit(all("a@x b@x"))).isTrue();
        assertThat(one.fit(all("a@x b@y"))).isFalse();
        assertThat(parts(one, "a@x b@y c@x")).containsExactly("a@x c@x", "b@y");
    }

    @Test
    void bothLimitsHoldAtOnce() {
        var limits = new HostLimits(1, 3, 2);
        assertThat(parts(limits, "a@x b@y c@z d@x e@y f@z"))
                .containsExactly("a@x d@x b@y", "e@y c@z f@z");
        assertThat(limits.fit(all("a@x b@y c@z"))).isFalse();
        assertThat(limits.fit(all("a@x b@x c@x d@x"))).isFalse();
    }

    private static List<String> parts(HostLimits limits, String recipients) {
        return limits.parts(all(recipients)).stream()
                .map(part -> String.join(" ", part.stream().map(HostLimitsTest::text).toList()))
                .toList();
    }

    private static List<Mailbox> all(String recipients) {
        return Stream.of(recipients.split(" ", -1))
                .map(text -> text.split("@", -1))
                .map(parts -> new Mailbox(parts[0], new Domain(parts[1])))
                .toList();
    }

    private static String text(Mailbox mailbox) {
        return mailbox.localPart() + "@" + mailbox.domain().name();
    }
}
