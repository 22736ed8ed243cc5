package relay.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The TXT record by which a domain asks for reports.
class DestinationTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=TLSRPTv1;rua=mailto:r@example.com | Mail[to=r@example.com]",
                "v=TLSRPTv1; rua=mailto:r@example.com; | Mail[to=r@example.com]",
                "v=TLSRPTv1; rua=https://r.example.com/v1/tlsrpt |"
                        + " Https[to=https://r.example.com/v1/tlsrpt]",
                "v=TLSRPTv1; rua=mailto:r@example.com , https://r.example.com/ |"
                        + " Mail[to=r@example.com], Https[to=https://r.example.com/]",
                "v=TLSRPTv1; x=y; rua=mailto:a+b%3Dc@example.com?subject=x |"
                        + " Mail[to=a+b=c@example.com]",
                "v=TLSRPTv1; rua=ftp://x.example/, mailto:r@example.com | Mail[to=r@example.com]",
                "v=TLSRPTv1; rua=http://r.example.com/ | ''",
                "v=TLSRPTv1; rua=https://user:secret@r.example.com/ | ''",
                "v=TLSRPTv1; rua=mailto:nobody | ''",
                "v=TLSRPTv1; rua=:::, | ''",
                "v=TLSRPTv1; | ''",
                "v=TLSRPTv2; rua=mailto:r@example.com | ''",
                "v=TLSRPTv10; rua=mailto:r@example.com | ''",
                "v=spf1 -all | ''",
            })
    void aRecordNamesWhereReportsGo(String record, String expected) {
        String found = Destination.of(List.of(record, "v=spf1 -all")).toString();
        assertThat(found).isEqualTo("[" + expected + "]");
    }

    @Test
    void twoRecordsAreNone() {
        String record = "v=TLSRPTv1; rua=mailto:r@example.com";
        assertThat(Destination.of(List.of(record, record))).isEmpty();
    }

    @Test
    void noMoreThanAFewAreServed() {
        String many = "mailto:r@example.com,mailto:s@example.com,".repeat(100);
        assertThat(Destination.of(List.of("v=TLSRPTv1; rua=" + many))).hasSize(2);
    }
}
