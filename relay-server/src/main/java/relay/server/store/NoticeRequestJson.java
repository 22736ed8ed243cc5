package relay.server.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import relay.core.address.Mailbox;
import relay.core.queue.NoticeRequest;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What the sender asked for concerning notices as the file has it: a JSON object, whose recipients
/// are keyed as [RecipientText] writes them. A sender that asked for nothing is NULL. Later fields
/// may be added; a reader skips what it does not know.
final class NoticeRequestJson {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .disable(
                            tools.jackson.databind.DeserializationFeature
                                    .FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private NoticeRequestJson() {}

    record Written(Returned returned, String envelopeId, Map<String, WrittenRecipient> recipients) {
        NoticeRequest read() {
            var read = new HashMap<Mailbox, RcptParameters>();
            recipients.forEach((mailbox, written) ->
                    read.put(RecipientText.parse(mailbox).getFirst(), written.read()));
            return new NoticeRequest(returned, envelopeId, read);
        }
    }

    record WrittenRecipient(Set<Notify> conditions, String originalRecipient) {
        RcptParameters read() {
            return new RcptParameters(conditions, originalRecipient);
        }
    }

    static @Nullable String of(NoticeRequest request) {
        if (request.equals(NoticeRequest.NONE)) return null;
        var recipients =
                request.recipients().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        wish -> RecipientText.of(List.of(wish.getKey())),
                                        wish -> written(wish.getValue()),
                                        (one, _) -> one,
                                        TreeMap::new));
        return JSON.writeValueAsString(
                new Written(request.returned(), request.envelopeId(), recipients));
    }

    private static WrittenRecipient written(RcptParameters wish) {
        return new WrittenRecipient(wish.conditions(), wish.originalRecipient());
    }

    /// Throws [IllegalArgumentException] where the text was not written by [#of].
    static NoticeRequest parse(@Nullable String text) {
        if (text == null) return NoticeRequest.NONE;
        try {
            return JSON.readValue(text, Written.class).read();
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalArgumentException("no notice request: " + text, e);
        }
    }
}
