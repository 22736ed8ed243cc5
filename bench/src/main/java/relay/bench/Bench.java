package relay.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import relay.bench.Ledger.Latency;
import relay.bench.Load.Shape;

/// Runs scenarios, each with a relay of its own. One thread; blocks.
final class Bench {
    private static final int IDLE_CLIENTS = 10_000;
    private static final int MANY_CONNECTORS = 10_000;
    private static final int WARM_UP = 2_000;
    private static final int LIMIT_SECONDS = 1_800;
    private static final Latency NONE = new Latency(0, 0, 0);

    private final List<String> relay;

    /// `relay` is the command before its verb.
    Bench(List<String> relay) {
        this.relay = relay;
    }

    List<Result> run(Scenario scenario, int messages) throws IOException, InterruptedException {
        return switch (scenario.kind()) {
            case FLOW -> List.of(flow(scenario, messages));
            case BACKLOG -> backlog(scenario, messages);
            case IDLE -> List.of(idle(scenario, messages));
            case START -> List.of(start(scenario));
        };
    }

    private Result flow(Scenario scenario, int messages) throws IOException, InterruptedException {
        try (var field = new Field(relay, scenario.shape().domains(), scenario.tls())) {
            double ready = field.relay.start().toNanos() / 1e6;
            try (Hop hop = warm(field, scenario, Math.min(WARM_UP, messages / 10))) {
                return measure(field, hop, scenario, messages, ready);
            }
        }
    }

    private static Result measure(
            Field field, Hop hop, Scenario scenario, int messages, double ready)
            throws IOException, InterruptedException {
        var ledger = new Ledger(messages);
        hop.book(ledger);
        try (var memory = new MemoryWatch(field.relay)) {
            Duration before = field.relay.cpu();
            field.load(scenario.shape(), scenario.tls(), ledger, LIMIT_SECONDS);
            Field.drain(ledger);
            double cpu = field.relay.cpu().minus(before).toNanos() / 1e6;
            int delivered = ledger.deliveredCount();
            return new Result(
                    scenario.name(),
                    messages,
                    ledger.deliverRate(),
                    delivered == 0 ? 0 : cpu / delivered,
                    ledger.acceptLatency(),
                    ledger.deliverLatency(),
                    memory.most(),
                    ready,
                    ledger.refusedCount(),
                    ledger.missing(),
                    ledger.duplicates());
        }
    }

    /// The next hop, after some mail has gone there.
    private static Hop warm(Field field, Scenario scenario, int messages)
            throws IOException, InterruptedException {
        Shape shape = scenario.shape();
        var ledger = new Ledger(messages);
        Hop hop = field.hop(ledger, scenario.tls());
        field.load(shape.unpaced(), scenario.tls(), ledger, LIMIT_SECONDS);
        Field.drain(ledger);
        return hop;
    }

    private List<Result> backlog(Scenario scenario, int messages)
            throws IOException, InterruptedException {
        var results = new ArrayList<Result>();
        var ledger = new Ledger(messages);
        try (var field = new Field(relay, 1, scenario.tls());
                var memory = new MemoryWatch(field.relay)) {
            double ready = field.relay.start().toNanos() / 1e6;
            field.load(scenario.shape(), scenario.tls(), ledger, LIMIT_SECONDS);
            results.add(step("backlog: accept", ledger, ledger.acceptRate(), field, memory, ready));
            field.relay.stop();
            ready = field.relay.start().toNanos() / 1e6;
            results.add(step("backlog: restart", ledger, 0, field, memory, ready));
            double listed = field.relay.list().toNanos() / 1e6;
            results.add(step("backlog: list", ledger, 0, field, memory, listed));
            Duration before = field.relay.cpu();
            try (Hop _ = field.hop(ledger, scenario.tls())) {
                long begin = System.nanoTime();
                field.relay.retryAll();
                Field.drain(ledger);
                double cpu = field.relay.cpu().minus(before).toNanos() / 1e6;
                int delivered = Math.max(1, ledger.deliveredCount());
                results.add(
                        new Result(
                                "backlog: drain",
                                messages,
                                ledger.deliverRateSince(begin),
                                cpu / delivered,
                                NONE,
                                NONE,
                                memory.most(),
                                0,
                                0,
                                ledger.missing(),
                                ledger.duplicates()));
            }
        }
        return results;
    }

    private static Result step(
            String name,
            Ledger ledger,
            double perSecond,
            Field field,
            MemoryWatch memory,
            double ready) {
        double cpu = field.relay.cpu().toNanos() / 1e6 / Math.max(1, ledger.acceptedCount());
        return new Result(
                name,
                ledger.messages(),
                perSecond,
                cpu,
                perSecond == 0 ? NONE : ledger.acceptLatency(),
                NONE,
                memory.most(),
                ready,
                ledger.refusedCount(),
                0,
                0);
    }

    private Result idle(Scenario scenario, int messages) throws IOException, InterruptedException {
        try (var field = new Field(relay, 1, scenario.tls())) {
            double ready = field.relay.start().toNanos() / 1e6;
            try (Hop hop = warm(field, scenario, Math.min(WARM_UP, messages / 10))) {
                List<Channel> idle = idleClients(field);
                Result result = measure(field, hop, scenario, messages, ready);
                long gone = idle.stream().filter(channel -> !channel.isActive()).count();
                if (gone > 0) throw new IOException(gone + " idle clients were thrown out");
                return result;
            }
        }
    }

    private static List<Channel> idleClients(Field field) throws IOException, InterruptedException {
        var greeted = new CountDownLatch(IDLE_CLIENTS);
        List<Channel> idle = new ArrayList<>();
        for (int i = 0; i < IDLE_CLIENTS; i++) idle.add(client(field, greeted));
        if (!greeted.await(LIMIT_SECONDS, TimeUnit.SECONDS))
            throw new IOException(greeted.getCount() + " idle clients were not greeted");
        return idle;
    }

    private static Channel client(Field field, CountDownLatch greeted) throws InterruptedException {
        return new Bootstrap()
                .group(field.loops.group())
                .channel(field.loops.channel())
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new Silent(greeted));
                            }
                        })
                .connect("127.0.0.1", field.relayPort())
                .sync()
                .channel();
    }

    private static final class Silent extends ChannelInboundHandlerAdapter {
        private final CountDownLatch greeted;

        Silent(CountDownLatch greeted) {
            this.greeted = greeted;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object greeting) {
            ReferenceCountUtil.release(greeting);
            greeted.countDown();
        }
    }

    private Result start(Scenario scenario) throws IOException, InterruptedException {
        try (var field = new Field(relay, MANY_CONNECTORS, scenario.tls());
                var memory = new MemoryWatch(field.relay)) {
            double ready = field.relay.start().toNanos() / 1e6;
            return new Result(scenario.name(), 0, 0, 0, NONE, NONE, memory.most(), ready, 0, 0, 0);
        }
    }
}
