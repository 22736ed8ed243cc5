package relay.server.cli;

import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import relay.server.cli.Actions.Verified;

@Command(
        name = "verify-tls",
        description =
                "Connect to each host that mail for DOMAIN would try now, without sending any: TLS,"
                        + " certificate, DANE, MTA-STS, and the verdict under our own policy."
                        + " Status 0 where it is met, 1 where not.")
final class VerifyTlsVerb extends Verb {
    private final Actions.VerifyTls verify;
    private final InstantSource clock;

    @Parameters(paramLabel = "DOMAIN", description = "a partner's domain, or an address in it")
    private String domain = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    VerifyTlsVerb(
            RelayCommand root, Actions.VerifyTls verify, Terminal terminal, InstantSource clock) {
        super(root, terminal);
        this.verify = verify;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        return switch (verify.verify(conf(), domain)) {
            case Verified.Looked(var report) -> print(report);
            case Verified.BadDomain(var why) -> refuse(WRONG_USAGE, why);
            case Verified.Failed(var why) -> refuse(FAILED, why);
            case Verified.BadConfiguration(var problems) -> refuse(problems);
        };
    }

    private int print(TlsReport report) {
        if (json) {
            printJson(report);
        } else {
            new TlsReportText(report, clock.instant())
                    .lines()
                    .forEach(line -> terminal().out().println(Words.printable(line)));
        }
        return report.isMet() ? DONE : FAILED;
    }
}
