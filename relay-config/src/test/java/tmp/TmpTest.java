package tmp;

import org.junit.jupiter.api.Test;

class TmpTest {
    @Test
    void x() {}
}
