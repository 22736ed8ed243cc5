package relay.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import relay.config.Configuration.Dkim;
import relay.config.Configuration.Dns;
import relay.config.Configuration.Dnssec;
import relay.config.Configuration.Limits;
import relay.config.Configuration.LogBounds;
import relay.config.Configuration.TlsReports;
import relay.config.Configuration.TrustAnchor;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.smtp.MailboxSyntax;

/// Reads `relay.yaml`. Where something is wrong, what it returns is good for further checks only:
/// `problems` then has an error.
record MachineReader(Supplier<String> machineName, AlertsReader alerts, Problems problems) {
    private static final String DEFAULT_DATA = "../data";
    private static final int DEFAULT_ADMIN_PORT = 8025;
    private static final Map<String, Dnssec> DNSSEC =
            Map.of(
                    "auto",
                    Dnssec.AUTO,
                    "require",
                    Dnssec.REQUIRE,
                    "resolver",
                    Dnssec.RESOLVER,
                    "off",
                    Dnssec.OFF);

    Machine read(YamlNode tree) {
        Section root = Section.of(tree, problems);
        Section none = Section.of(new YamlNode.Unusable(root.place()), problems);
        Section tls = root.section("tls").orElse(none);
        var certificates = new CertificateReader(problems);
        return new Machine(
                hostname(root),
                dataFolder(root),
                adminListen(root.section("admin").orElse(none)),
                certificates.certificate(tls),
                certificates.furtherCertificates(tls),
                certificates.trust(tls),
                dns(root.section("dns").orElse(none)),
                logBounds(root.section("tracking").orElse(none), LogBounds.TRACKING),
                logBounds(root.section("protocolLog").orElse(none), LogBounds.PROTOCOL),
                limits(root.section("limits").orElse(none)),
                root
                        .section("tlsReports")
                        .flatMap(reports -> tlsReports(reports, certificates))
                        .stream()
                        .toList(),
                root.section("alerts").flatMap(alerts::read).stream().toList());
    }

    /// Without a contact, which the schema misses, there is nobody to send them.
    private static Optional<TlsReports> tlsReports(Section reports, CertificateReader files) {
        List<Dkim> dkim =
                reports.section("dkim").flatMap(section -> dkim(section, files)).stream().toList();
        return reports.parse("contact", MachineReader::mailbox)
                .map(contact ->
                        new TlsReports(contact.value(), organization(reports, contact), dkim));
    }

    private static Optional<Dkim> dkim(Section section, CertificateReader files) {
        Optional<Located<Domain>> selector = section.parse("selector", DomainText::name);
        Optional<PrivateKey> key = section.text("keyFile").flatMap(files::signingKey);
        return selector.flatMap(name -> key.map(found -> new Dkim(name.value(), found)));
    }

    private static String organization(Section reports, Located<Mailbox> contact) {
        return reports.text("organization")
                .map(Located::value)
                .orElse(contact.value().domain().name());
    }

    private static Parsed<Mailbox> mailbox(String text) {
        return Parsed.of(
                MailboxSyntax.parse(text).filter(mailbox -> !mailbox.needsSmtpUtf8()),
                Quoted.of(text) + " is not a mail address",
                "such as tls-reports@example.net");
    }

    private Domain hostname(Section root) {
        var written = root.parse("hostname", DomainText::name);
        Located<Domain> name = written.orElseGet(() -> machineName(root));
        if (!name.value().name().contains(".")) {
            String text =
                    "partners may refuse the host name " + name.value() + ": it has no domain";
            problems.note(name.place(), text);
        }
        return name.value();
    }

    private Located<Domain> machineName(Section root) {
        Domain none = new Domain("localhost");
        if (root.has("hostname")) return Located.byDefault(root.place(), none);
        String name = machineName.get();
        return switch (DomainText.name(name)) {
            case Parsed.Good<Domain>(var domain) -> Located.byDefault(root.place(), domain);
            case Parsed.Bad<Domain> _ -> {
                String what = "the machine's name " + Quoted.of(name) + " is not a host name";
                problems.error(root.place(), what, "write hostname: relay.example.net");
                yield Located.byDefault(root.place(), none);
            }
        };
    }

    private Path dataFolder(Section root) {
        Located<String> text =
                root.text("data")
                        .orElseGet(() -> new Located<>(root.place(), DEFAULT_DATA, DEFAULT_DATA));
        Path folder = FileReference.resolve(text, problems).orElse(Path.of(DEFAULT_DATA));
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            problems.error(text.place(), folder + " is not a folder", "");
        }
        return folder;
    }

    private Located<InetSocketAddress> adminListen(Section admin) {
        Located<InetSocketAddress> listen =
                admin.parse("listen", AddressText::listenAddress)
                        .orElseGet(() ->
                                Located.byDefault(
                                        admin.place(),
                                        new InetSocketAddress(
                                                InetAddress.ofLiteral("127.0.0.1"),
                                                DEFAULT_ADMIN_PORT)));
        if (!listen.value().getAddress().isLoopbackAddress()) {
            String text = "the admin port has no password: whoever reaches it reads the queue";
            problems.note(listen.place(), text);
        }
        return listen;
    }

    private Dns dns(Section dns) {
        List<InetSocketAddress> servers =
                dns.parseEach("servers", AddressText::resolver).stream()
                        .map(Located::value)
                        .toList();
        Optional<TrustAnchor> anchor = dns.text("trustAnchor").flatMap(this::trustAnchor);
        Dnssec dnssec = dns.word("dnssec", DNSSEC).map(Located::value).orElse(Dnssec.AUTO);
        return new Dns(servers, anchor.orElseGet(TrustAnchor.BuiltIn::new), dnssec);
    }

    private static LogBounds logBounds(Section log, LogBounds usual) {
        return new LogBounds(
                log.parse("maxAge", UnitText::duration).map(Located::value).orElse(usual.maxAge()),
                log.parse("maxSize", UnitText::space)
                        .map(Located::value)
                        .orElse(usual.maxSizeBytes()));
    }

    private static Limits limits(Section limits) {
        Limits usual = Limits.DEFAULT;
        return new Limits(
                limits.parse("minFreeDisk", UnitText::space)
                        .map(Located::value)
                        .orElse(usual.minFreeDiskBytes()),
                limits.number("maxQueueMessages")
                        .map(Integer::longValue)
                        .orElse(usual.maxQueueMessages()),
                limits.parse("maxCommitTime", UnitText::duration)
                        .map(Located::value)
                        .orElse(usual.maxCommitTime()),
                limits.number("maxHeapPercent").orElse(usual.maxHeapPercent()));
    }

    private Optional<TrustAnchor> trustAnchor(Located<String> text) {
        return FileReference.resolve(text, problems)
                .filter(path -> FileReference.read(path, text.place(), problems).isPresent())
                .map(TrustAnchor.ZoneFile::new);
    }
}
