package relay.server.store;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import relay.core.address.Mailbox;
import relay.core.queue.LaneCensus;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueueView;
import relay.core.routing.Lane;

/// Answers questions about the queue on a reader of its own, one after the other, so that a long
/// one keeps nobody from mail. Any thread; each method waits for its answer and throws
/// [StoreException] where the file cannot be read.
final class DiskView implements QueueView, AutoCloseable {
    private final Path file;
    private final Reader reader;
    private final Consumer<String> unreadable;

    // The reader's thread alone has these.
    private EntryQueries queries;
    private List<DomainCount> counted = List.of();
    private long countAgainAt = System.nanoTime();

    DiskView(Path folder, Consumer<String> unreadable) throws SQLException {
        file = folder.resolve(Schema.FILE);
        this.unreadable = unreadable;
        reader = new Reader(folder, "StoreView");
        queries = new EntryQueries(reader.connection(), unreadable);
    }

    @Override
    public List<LaneCensus> lanes() {
        return ask(_ -> LaneTable.census(reader.connection()));
    }

    @Override
    public List<QueueEntry> entries(Lane lane, int limit) {
        return ask(_ -> queries.oldest(lane, limit));
    }

    @Override
    public List<QueueEntry> message(QueueId id) {
        return ask(_ -> queries.message(id));
    }

    /// A long queue takes a while to count, so the answer is given again for twenty times as long
    /// as the count took.
    @Override
    public List<DomainCount> longestDomains(int limit) {
        return ask(_ -> {
            long start = System.nanoTime();
            if (start - countAgainAt >= 0) {
                counted = countDomains();
                long took = System.nanoTime() - start;
                countAgainAt =
                        System.nanoTime() + Duration.ofNanos(took).multipliedBy(20).toNanos();
            }
            return counted.stream().limit(limit).toList();
        });
    }

    @Override
    public void close() {
        reader.close();
    }

    private <T> T ask(Reader.Question<T> question) {
        try {
            return reader.ask(_ -> answer(question));
        } catch (SQLException e) {
            throw Schema.unreadable(file, e);
        }
    }

    /// As with [Reader]'s own statements, none of these outlives a failure.
    private <T> T answer(Reader.Question<T> question) throws SQLException {
        try {
            return question.answer(reader);
        } catch (SQLException e) {
            Schema.closeQuietly(queries);
            queries = new EntryQueries(reader.connection(), unreadable);
            throw e;
        }
    }

    // In the lane of a domain every entry is for that domain; the other lanes are read.
    private List<DomainCount> countDomains() throws SQLException {
        var counts = new HashMap<String, DomainCount>();
        for (LaneCensus lane : LaneTable.census(reader.connection())) {
            if (lane.oldest().equals(Instant.MAX)) continue;
            if (isOfManyDomains(lane.record().lane())) countEntries(lane.record().lane(), counts);
            else {
                long messages = lane.queuedEntries() + lane.heldEntries();
                count(counts, lane.record().lane().nextHop(), messages, lane.oldest());
            }
        }
        return counts.values().stream()
                .sorted(
                        Comparator.comparingLong(DomainCount::messages)
                                .reversed()
                                .thenComparing(DomainCount::domain))
                .toList();
    }

    private static boolean isOfManyDomains(Lane lane) {
        return lane.isUnreachable() || lane.nextHop().equals(Lane.SMART_HOSTS);
    }

    private void countEntries(Lane lane, Map<String, DomainCount> counts) throws SQLException {
        var statement =
                reader.statement(
                        """
                        SELECT accepted, recipients FROM entry INDEXED BY entry_order
                        WHERE lane = (SELECT id FROM lane
                            WHERE connector = ? AND next_hop = ? AND floor = ?
                            AND message_tls = ?)
                        """);
        LaneTable.bind(statement, lane);
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Instant accepted = EntryRows.instant(row.getLong(1));
                var domains = new HashSet<String>();
                for (Mailbox recipient : RecipientText.parse(row.getString(2))) {
                    domains.add(recipient.domain().name());
                }
                for (String domain : domains) count(counts, domain, 1, accepted);
            }
        }
    }

    private static void count(
            Map<String, DomainCount> counts, String domain, long messages, Instant oldest) {
        counts.merge(
                domain,
                new DomainCount(domain, messages, oldest),
                (a, b) ->
                        new DomainCount(
                                domain,
                                a.messages() + b.messages(),
                                a.oldest().isBefore(b.oldest()) ? a.oldest() : b.oldest()));
    }
}
