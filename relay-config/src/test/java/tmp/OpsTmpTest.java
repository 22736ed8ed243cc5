package tmp;

import org.junit.jupiter.api.Test;

class OpsTmpTest {
    @Test
    void x() {}
}
