package relay.server;

import java.io.IOException;
import relay.server.cli.Actions.TrackRequest;
import relay.server.cli.Actions.Tracked;
import relay.server.tracking.BadSelectionException;
import relay.server.tracking.Inquiry;
import relay.server.tracking.Inquiry.Form;
import relay.server.tracking.Inquiry.Result;
import relay.server.tracking.Selection;

/// Lets the command ask the tracking log in its own words.
final class Tracks {
    private Tracks() {}

    static Tracked answer(Inquiry log, TrackRequest request) {
        try {
            Result result = ask(log, request);
            return result.damaged() == 0
                    ? new Tracked.Complete()
                    : new Tracked.Damaged(result.damaged());
        } catch (BadSelectionException e) {
            return new Tracked.BadRequest(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Tracked.Failed("the tracking log cannot be read: " + e);
        }
    }

    private static Result ask(Inquiry log, TrackRequest request) throws IOException {
        Selection wanted = selection(request);
        return switch (request.form()) {
            case RECORDS -> log.records(wanted, Form.TEXT);
            case JSON_RECORDS -> log.records(wanted, Form.JSON);
            case PROOF -> log.proof(wanted, Form.TEXT);
            case CSV_PROOF -> log.proof(wanted, Form.CSV);
            case JSON_PROOF -> log.proof(wanted, Form.JSON);
        };
    }

    private static Selection selection(TrackRequest request) {
        return new Selection(
                request.start(),
                request.end(),
                request.event(),
                request.sender(),
                request.recipient(),
                request.connector(),
                request.id());
    }
}
