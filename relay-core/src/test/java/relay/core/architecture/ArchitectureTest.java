package relay.core.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.Optional;

@AnalyzeClasses(packages = "relay.core", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesDependInOneDirection =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("address")
                    .definedBy("relay.core.address")
                    .layer("smtp")
                    .definedBy("relay.core.smtp")
                    .layer("tls")
                    .definedBy("relay.core.tls")
                    .layer("sasl")
                    .definedBy("relay.core.sasl")
                    .layer("routing")
                    .definedBy("relay.core.routing")
                    .layer("queue")
                    .definedBy("relay.core.queue")
                    .layer("event")
                    .definedBy("relay.core.event")
                    .layer("scheduler")
                    .definedBy("relay.core.scheduler")
                    .layer("intake")
                    .definedBy("relay.core.intake")
                    .layer("delivery")
                    .definedBy("relay.core.delivery")
                    .layer("alert")
                    .definedBy("relay.core.alert")
                    .whereLayer("scheduler")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("intake")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("delivery")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("alert")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("event")
                    .mayOnlyBeAccessedByLayers("scheduler", "intake", "delivery")
                    .whereLayer("queue")
                    .mayOnlyBeAccessedByLayers("event", "scheduler", "intake", "delivery", "alert")
                    .whereLayer("routing")
                    .mayOnlyBeAccessedByLayers(
                            "queue", "event", "scheduler", "intake", "delivery", "alert")
                    .whereLayer("tls")
                    .mayNotAccessAnyLayer()
                    .whereLayer("sasl")
                    .mayNotAccessAnyLayer()
                    .whereLayer("address")
                    .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule theCoreNeedsTheJdkAlone =
            classes()
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "relay.core..",
                            "java..",
                            "javax.crypto..",
                            "javax.security.auth.x500..", // the JDK's word for a subject
                            "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule theCoreTouchesNoThreadFileOrSocket =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..")
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(Thread.class)
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(java.util.concurrent.Executor.class)
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(java.util.Random.class)
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(java.net.Socket.class);

    @ArchTest
    static final ArchRule theCoreReadsNoClock =
            noClasses()
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(java.time.InstantSource.class, "system");

    @ArchTest
    static final ArchRule noStaticStateChanges =
            fields().that().areStatic().should().beFinal().allowEmptyShould(true);

    @ArchTest
    static final ArchRule noFieldIsOptional = fields().should().notHaveRawType(Optional.class);

    @ArchTest
    static final ArchRule noPublicMethodTakesABoolean =
            methods()
                    .that()
                    .arePublic()
                    .and()
                    .areDeclaredInClassesThat()
                    .arePublic()
                    .should(
                            new ArchCondition<>("take no boolean") {
                                @Override
                                public void check(JavaMethod method, ConditionEvents events) {
                                    boolean takes =
                                            method.getRawParameterTypes().stream()
                                                    .map(JavaClass::getName)
                                                    .anyMatch("boolean"::equals);
                                    events.add(
                                            new SimpleConditionEvent(
                                                    method, !takes, method.getFullName()));
                                }
                            });
}
