package relay.core.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookTest {
    @ParameterizedTest
    @CsvSource({
        "https://hooks.example/T0/secret, https://hooks.example",
        "https://u:secret@hooks.example:8443/?key=secret, https://hooks.example:8443",
        "http://127.0.0.1:0/secret, http://127.0.0.1:0",
    })
    void whereAlertsGoIsShownWithoutASecret(URI uri, String shown) {
        assertThat(new Webhook(uri, "Bearer secret")).hasToString(shown);
    }
}
