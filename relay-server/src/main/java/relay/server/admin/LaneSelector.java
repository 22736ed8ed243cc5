package relay.server.admin;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueueView;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.tls.MessageTls;

/// Finds what a [Selection] names among the lanes there are. Made for one request; confined to it.
final class LaneSelector {
    private final List<Lane> lanes;
    private final PolicyTable policy;
    private final QueueView view;
    private final QueueReads reads;

    /// Lanes and single messages, or the ids that name nothing.
    sealed interface Found {
        /// `lanes` are selected as a whole; `entries` are those of messages named by their ids.
        record Selected(List<Lane> lanes, List<QueueEntry> entries) implements Found {
            public Selected {
                lanes = List.copyOf(lanes);
                entries = List.copyOf(entries);
            }

            /// Every lane that something selected is in.
            List<Lane> touched() {
                var all = new LinkedHashSet<Lane>(lanes);
                entries.forEach(entry -> all.add(entry.lane()));
                return List.copyOf(all);
            }
        }

        record Unknown(List<String> ids) implements Found {
            public Unknown {
                ids = List.copyOf(ids);
            }
        }
    }

    LaneSelector(List<Lane> lanes, PolicyTable policy, QueueView view, QueueReads reads) {
        this.lanes = lanes;
        this.policy = policy;
        this.view = view;
        this.reads = reads;
    }

    Found find(Selection selection) {
        return switch (selection) {
            case Selection.All _ -> new Found.Selected(lanes, List.of());
            case Selection.Ids(var ids) -> byIds(ids);
            case Selection.OfConnector(var name) ->
                    isConnector(name)
                            ? new Found.Selected(lanesOf(name), List.of())
                            : new Found.Unknown(List.of(name));
            case Selection.OfDomain(var domain) -> new Found.Selected(lanesFor(domain), List.of());
        };
    }

    private Found byIds(List<String> ids) {
        Set<Lane> found = new LinkedHashSet<>();
        var entries = new ArrayList<QueueEntry>();
        var unknown = new ArrayList<String>();
        for (String id : ids) {
            Optional<Lane> lane = lane(id);
            if (lane.isPresent()) found.add(lane.get());
            else if (isConnector(id)) found.addAll(lanesOf(id));
            else if (!entries.addAll(message(id))) unknown.add(id);
        }
        return unknown.isEmpty()
                ? new Found.Selected(List.copyOf(found), entries)
                : new Found.Unknown(unknown);
    }

    private Optional<Lane> lane(String id) {
        return lanes.stream().filter(lane -> lane.toString().equals(id)).findFirst();
    }

    /// A name that the configuration has, or that mail still waits under.
    private boolean isConnector(String name) {
        return name.equals(Lane.UNREACHABLE)
                || policy.connector(name).isPresent()
                || !lanesOf(name).isEmpty();
    }

    private List<Lane> lanesOf(String connector) {
        return lanes.stream().filter(lane -> lane.connector().equals(connector)).toList();
    }

    /// Lanes whose next hop is the domain, and those that the policy table has for it.
    private List<Lane> lanesFor(Domain domain) {
        Set<Lane> routed = policy.lanes(domain);
        return lanes.stream()
                .filter(lane ->
                        routed.contains(lane.forMessages(MessageTls.BY_POLICY))
                                || lane.nextHop().equals(domain.name())
                                || isOfAnyDomain(lane))
                .toList();
    }

    /// Mail that was redirected, or failed over, is behind whichever smart hosts.
    private static boolean isOfAnyDomain(Lane lane) {
        return (lane.isRedirected() || lane.isFailedOver())
                && lane.nextHop().equals(Lane.SMART_HOSTS);
    }

    private List<QueueEntry> message(String id) {
        return QueueId.parse(id)
                .map(known -> reads.fromDisk(() -> view.message(known)))
                .orElse(List.of());
    }
}
