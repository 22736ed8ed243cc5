package relay.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/// Each library has its room, and the rooms do not know each other.
@AnalyzeClasses(packages = "relay.server", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    /// Both directions share their event loops.
    private static final List<String> SOCKETS =
            List.of("relay.server.listener..", "relay.server.outbound..");

    @ArchTest
    static final ArchRule adaptersMeetInPortsAlone =
            slices().matching("relay.server.(*)..")
                    .should()
                    .notDependOnEachOther()
                    .ignoreDependency(
                            resideInAnyPackage(SOCKETS.toArray(String[]::new)),
                            resideInAPackage("relay.server.transport.."));

    @ArchTest static final ArchRule netty = only("io.netty..", "listener", "outbound", "transport");

    @ArchTest
    static final ArchRule nettysBuffersStayInTheirRoom =
            noMethods()
                    .that()
                    .arePublic()
                    .and()
                    .areDeclaredInClassesThat()
                    .arePublic()
                    .should()
                    .haveRawParameterTypes(mentioning("io.netty.buffer.ByteBuf"))
                    .orShould()
                    .haveRawReturnType("io.netty.buffer.ByteBuf");

    @ArchTest static final ArchRule jdbc = only("java.sql..", "store");

    @ArchTest static final ArchRule micrometer = only("io.micrometer..", "telemetry");

    @ArchTest static final ArchRule prometheus = only("io.prometheus..", "telemetry");

    @ArchTest static final ArchRule dnsjava = only("org.xbill..", "dns");

    @ArchTest
    static final ArchRule jakartaMail = only("jakarta.mail..", "notice", "report", "demo");

    @ArchTest static final ArchRule helidon = only("io.helidon..", "admin");

    @ArchTest static final ArchRule picocli = only("picocli..", "cli");

    @ArchTest static final ArchRule subethaSmtp = only("org.subethamail..", "demo");

    @ArchTest
    static final ArchRule noStaticStateChanges =
            fields().that().areStatic().should().beFinal().allowEmptyShould(true);

    private static ArchRule only(String library, String... rooms) {
        String[] packages =
                List.of(rooms).stream()
                        .map(room -> "relay.server." + room + "..")
                        .toArray(String[]::new);
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    private static DescribedPredicate<List<JavaClass>> mentioning(String type) {
        return DescribedPredicate.describe(
                "mentioning " + type,
                parameters -> parameters.stream().anyMatch(p -> p.getName().equals(type)));
    }
}
