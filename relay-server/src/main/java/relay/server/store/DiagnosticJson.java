package relay.server.store;

import java.util.List;
import org.jspecify.annotations.Nullable;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.smtp.EnhancedStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Diagnostics as the file has them: a JSON array of objects, so that `json_extract` can look into
/// them. No diagnostics are NULL. Later fields may be added; a reader skips what it does not know.
final class DiagnosticJson {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .disable(
                            tools.jackson.databind.DeserializationFeature
                                    .FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();
    private static final TypeReference<List<Written>> LIST = new TypeReference<>() {};

    private DiagnosticJson() {}

    /// One diagnostic, with the words that logs and metrics have for it.
    record Written(
            String reason,
            String status,
            String text,
            String host,
            String reply,
            List<String> demands) {

        static Written of(Diagnostic why) {
            return new Written(
                    why.reason().label(),
                    why.status().toString(),
                    why.text(),
                    why.host(),
                    why.remoteReply(),
                    why.demands());
        }

        Diagnostic read() {
            return new Diagnostic(reasonOf(reason), statusOf(status), text, host, reply, demands);
        }
    }

    static @Nullable String of(List<Diagnostic> diagnostics) {
        if (diagnostics.isEmpty()) return null;
        return JSON.writeValueAsString(diagnostics.stream().map(Written::of).toList());
    }

    /// Throws [IllegalArgumentException] where the text was not written by [#of].
    static List<Diagnostic> parse(@Nullable String text) {
        if (text == null) return List.of();
        try {
            return JSON.readValue(text, LIST).stream().map(Written::read).toList();
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalArgumentException("no diagnostics: " + text, e);
        }
    }

    private static Reason reasonOf(String label) {
        for (Reason reason : Reason.values()) {
            if (reason.label().equals(label)) return reason;
        }
        throw new IllegalArgumentException("no reason: " + label);
    }

    private static EnhancedStatus statusOf(String text) {
        return EnhancedStatus.atStartOf(text)
                .orElseThrow(() -> new IllegalArgumentException("no status: " + text));
    }
}
