package relay.server.admin;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Turns away requests that a web page made behind the administrator's back, changes from other
/// machines, and changes of whoever does not have the token. Immutable; any thread.
///
/// A browser can be led to this port by a name that points here (DNS rebinding), so the Host must
/// be `localhost`, a name of our own, or an IP address, which no rebinding can use. It can be made
/// to post a form from a strange page, but neither to add a header of its own to it nor to call it
/// JSON, unless we answered its question whether it may, and we never do. From other machines the
/// token would come in clear.
final class RequestGuard {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
    private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");

    private final Set<String> ownNames = new HashSet<>(Set.of("localhost"));

    private final AdminToken token;

    RequestGuard(List<String> ownNames, AdminToken token) {
        this.token = token;
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
    record Change(InetAddress peer, String hostHeader, String authorization, String contentType) {}

    /// Why a change is refused, whose body is to be of `contentType`; empty where it is not.
    Optional<Answer> refuseChange(Change change, String contentType) {
        Optional<Answer> refused = refuseSecret(change);
        if (refused.isPresent()) return refused;
        if (!change.contentType().equals(contentType)) {
            return Optional.of(
                    Answer.error(Answer.UNSUPPORTED_MEDIA_TYPE, "the body must be " + contentType));
        }
        return Optional.empty();
    }

    /// Why nothing that the token protects is told or done; empty where it is. The content type
    /// means nothing.
    Optional<Answer> refuseSecret(Change change) {
        if (!change.peer().isLoopbackAddress()) {
            return Optional.of(
                    Answer.error(Answer.FORBIDDEN, "this is done on the relay's own machine"));
        }
        Optional<Answer> stranger = refuseReading(change.hostHeader());
        if (stranger.isPresent()) return stranger;
        if (!token.isShownBy(change.authorization())) {
            return Optional.of(
                    Answer.error(
                            Answer.UNAUTHORIZED,
                            "this needs the header Authorization: Bearer TOKEN, with the token"
                                    + " that the file "
                                    + AdminToken.FILE
                                    + " of the data folder holds"));
        }
        return Optional.empty();
    }

    private boolean isOurs(String hostHeader) {
        String host = PORT.matcher(hostHeader).replaceFirst("").toLowerCase(Locale.ROOT);
        return ownNames.contains(host)
                || IPV4.matcher(host).matches()
                || (host.startsWith("[") && host.endsWith("]"));
    }
}
