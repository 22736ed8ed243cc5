package relay.server.outbound;

import java.util.List;
import relay.server.interleaving.Bounds;
import relay.server.interleaving.InterleavingTest;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order of the threads between a session's thread and its connection on the event loop.
///
class BridgeInterleavingTest extends InterleavingTest {
    BridgeInterleavingTest() {
        super(new Bounds(1, 0), new Bounds(1, 1));
    }

    @Override
    protected List<Class<? extends Program>> programs() {
        return List.of(
                BridgePrograms.Delivers.class,
                BridgePrograms.HangsUp.class,
                BridgePrograms.Finishes.class,
                BridgePrograms.ReadsContent.class,
                BridgePrograms.LosesContent.class,
                BridgePrograms.HangsUpWhileJudged.class,
                BridgePrograms.JudgeFails.class,
                BridgePrograms.ObserverFails.class);
    }

    @Override
    protected List<Fault> faults() {
        return List.of(
                new Fault(
                        "an entry is lost: what is offered does not come to the event loop",
                        BridgePrograms.Delivers.class,
                        Sabotage.notCalling("OutboundConnection.offer", "execute"),
                        "all wait for each other"),
                new Fault(
                        "a lost signal: the session does not hear that it is to finish",
                        BridgePrograms.Delivers.class,
                        Sabotage.notCalling("OutboundConnection.finish", "execute"),
                        "all wait for each other"),
                new Fault(
                        "a session without an end: an error over one entry is forgotten",
                        BridgePrograms.ObserverFails.class,
                        Sabotage.notCalling("OutboundConnection.perform", "add"),
                        "all wait for each other"),
                new Fault(
                        "a judge that fails tells nobody",
                        BridgePrograms.JudgeFails.class,
                        Sabotage.notCalling("OffLoop.lambda$outcome$0", "accept"),
                        "all wait for each other"),
                new Fault(
                        "a verdict is lost on its way to the event loop",
                        BridgePrograms.JudgeFails.class,
                        Sabotage.notCalling("OffLoop.lambda$run$0", "execute"),
                        "all wait for each other"),
                new Fault(
                        "a buffer that is held back is not released when the connection closes",
                        BridgePrograms.JudgeFails.class,
                        Sabotage.notCalling("OutboundConnection.closed", "forEach"),
                        "bytes that nobody released"),
                new Fault(
                        "a buffer is not released when it is heard",
                        BridgePrograms.Delivers.class,
                        Sabotage.notCalling("OutboundConnection.hear", "release"),
                        "bytes that nobody released"),
                new Fault(
                        "a reading stays open: the content is given up and nobody says so",
                        BridgePrograms.LosesContent.class,
                        Sabotage.notCalling("OutboundConnection.close", "cancel"),
                        "readings that nobody closed"),
                new Fault(
                        "a lost wake-up: nobody reads on",
                        BridgePrograms.ReadsContent.class,
                        Sabotage.notCalling("ContentStream.goOn", "execute"),
                        "all wait for each other"));
    }
}
