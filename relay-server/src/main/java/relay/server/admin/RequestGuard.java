package relay.server.admin;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Turns away requests that a web page made behind the administrator's back, and changes from other
/// machines. Immutable; any thread.
///
/// A browser can be led to this port by a name that points here (DNS rebinding), so the Host must
/// be `localhost`, a name of our own, or an IP address, which no rebinding can use. It can be made
/// to post a form from a strange page, but neither to add a header of its own to it nor to call it
/// JSON, unless we answered its question whether it may, and we never do.
final class RequestGuard {
    /// The header that a change must carry; its value means nothing.
    static final String CHANGE_HEADER = "X-Relay-Request";

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
    private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");

    private final Set<String> ownNames = new HashSet<>(Set.of("localhost"));

    RequestGuard(List<String> ownNames) {
        ownNames.forEach(name -> this.ownNames.add(name.toLowerCase(Locale.ROOT)));
    }

    /// Why a request for what the queue holds is refused; empty where it is not.
    Optional<Answer> refuseReading(String hostHeader) {
        return isOurs(hostHeader)
                ? Optional.empty()
                : Optional.of(
                        Answer.error(
                                Answer.FORBIDDEN,
                                "this port is called localhost, by its IP address, or by the"
                                        + " hostname of relay.yaml"));
    }

    /// The facts about a change that decide whether it is let in.
    record Change(
            InetAddress peer, String hostHeader, List<String> changeHeader, String contentType) {}

    /// Why a change is refused; empty where it is not.
    Optional<Answer> refuseChange(Change change) {
        if (!change.peer().isLoopbackAddress()) {
            return Optional.of(
                    Answer.error(Answer.FORBIDDEN, "changes are made on the relay's own machine"));
        }
        if (change.changeHeader().isEmpty()) {
            return Optional.of(
                    Answer.error(Answer.FORBIDDEN, "a change needs the header " + CHANGE_HEADER));
        }
        if (!change.contentType().equals("application/json")) {
            return Optional.of(
                    Answer.error(
                            Answer.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json"));
        }
        return refuseReading(change.hostHeader());
    }

    private boolean isOurs(String hostHeader) {
        String host = PORT.matcher(hostHeader).replaceFirst("").toLowerCase(Locale.ROOT);
        return ownNames.contains(host)
                || IPV4.matcher(host).matches()
                || (host.startsWith("[") && host.endsWith("]"));
    }
}
