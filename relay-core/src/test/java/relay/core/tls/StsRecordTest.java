package relay.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.tls.StsRecord.Found;

/// TXT records at `_mta-sts.`, good and bad (RFC 8461 §3.1). `|` stands between records.
class StsRecordTest {

    @ParameterizedTest
    @CsvSource({
        "v=STSv1; id=20160831085700Z;, 20160831085700Z",
        "v=STSv1;id=1, 1",
        "v=STSv1 ; id=1 ;, 1",
        "v=STSv1; later=a.b/c:d; id=x; more=1, x",
        "v=STSv1; id=1; id=2, 1",
        "v=STSv1; id=abcdefghijklmnopqrstuvwxyzABCDEF, abcdefghijklmnopqrstuvwxyzABCDEF",
        "v=spf1 -all|v=STSv1; id=1, 1",
        "v=STSv2; id=2|v=STSv1; id=1, 1"
    })
    void good(String records, String id) {
        assertThat(of(records)).isEqualTo(new Found.Published(new StsRecord(id)));
    }

    @ParameterizedTest
    @CsvSource({"v=spf1 -all", "v=STSv2; id=1", "v=STSv1", "v=stsv1; id=1", "id=1; v=STSv1;", "x"})
    void notOurs(String records) {
        assertThat(of(records)).isEqualTo(new Found.None());
    }

    @ParameterizedTest
    @CsvSource({
        "v=STSv1; id=1|v=STSv1; id=1, 2 records with v=STSv1",
        "v=STSv1;, no id",
        "v=STSv1; later=1;, no id",
        "v=STSv1; id=, bad id: id=",
        "v=STSv1; id=1-2, bad id: id=1-2",
        "v=STSv1; id=abcdefghijklmnopqrstuvwxyzABCDEFG, bad id: id=abcdefghijklmnopqrstuvwxyzABCDEFG",
        "v=STSv1; id=1;;, 'not a field: '",
        "v=STSv1; id=1; hello, not a field: hello",
        "v=STSv1; id=1; a=b=c, not a field: a=b=c"
    })
    void bad(String records, String why) {
        assertThat(of(records)).isEqualTo(new Found.Invalid(why));
    }

    private static Found of(String records) {
        return StsRecord.of(List.of(records.split("\\|", -1)));
    }
}
