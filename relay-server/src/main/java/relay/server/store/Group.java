package relay.server.store;

import java.util.ArrayList;
import java.util.List;
import relay.core.queue.QueueChange;

/// What goes into one transaction, and what is answered after it. Changes and loads stay until they
/// are done, over as many attempts as that takes; the rest is tried once. Confined to the writer's
/// thread.
final class Group {
    private final List<Job.Accept> accepts = new ArrayList<>();
    private final List<Job.Chunks> chunks = new ArrayList<>();
    private final List<Job.Discard> discards = new ArrayList<>();
    private final List<QueueChange> changes = new ArrayList<>();
    private final List<Job.Load> loads = new ArrayList<>();
    private final List<Job.Task> tasks = new ArrayList<>();

    static Group of(Job job) {
        var group = new Group();
        group.add(job);
        return group;
    }

    void add(Job job) {
        switch (job) {
            case Job.Accept accept -> accepts.add(accept);
            case Job.Chunks chunk -> chunks.add(chunk);
            case Job.Discard discard -> discards.add(discard);
            case Job.Change(var change) -> changes.add(change);
            case Job.Load load -> loads.add(load);
            case Job.Task task -> tasks.add(task);
        }
    }

    List<Job.Accept> accepts() {
        return accepts;
    }

    List<Job.Chunks> chunks() {
        return chunks;
    }

    List<Job.Discard> discards() {
        return discards;
    }

    List<QueueChange> changes() {
        return changes;
    }

    List<Job.Load> loads() {
        return loads;
    }

    List<Job.Task> tasks() {
        return tasks;
    }

    boolean writesNothing() {
        return accepts.isEmpty() && chunks.isEmpty() && changes.isEmpty();
    }

    int writes() {
        return accepts.size() + chunks.size() + changes.size();
    }

    /// Takes out everything that is to be written, in an order in which it can be.
    List<Job> takeWrites() {
        var jobs = new ArrayList<Job>(chunks);
        jobs.addAll(accepts);
        for (QueueChange change : changes) jobs.add(new Job.Change(change));
        forgetWrites();
        return jobs;
    }

    void forgetWrites() {
        chunks.clear();
        accepts.clear();
        changes.clear();
    }
}
