package relay.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import relay.config.Configuration.Dns;
import relay.config.Configuration.Limits;
import relay.config.Configuration.LogBounds;
import relay.config.Configuration.ServerCertificate;
import relay.config.Configuration.TlsReports;
import relay.config.Configuration.Trust;
import relay.core.address.Domain;
import relay.core.alert.AlertOrders;

/// What `relay.yaml` says.
record Machine(
        Domain hostname,
        Path dataFolder,
        Located<InetSocketAddress> adminListen,
        ServerCertificate certificate,
        List<ServerCertificate> furtherCertificates,
        Trust trust,
        Dns dns,
        LogBounds tracking,
        LogBounds protocolLog,
        Limits limits,
        List<TlsReports> tlsReports,
        List<AlertOrders> alerts) {}
