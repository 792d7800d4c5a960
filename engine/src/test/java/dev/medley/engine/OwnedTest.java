package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnedTest {
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable part(String name) {
    return () -> closed.add(name);
  }

  private AutoCloseable broken(String name) {
    return () -> {
      closed.add(name);
      throw new IllegalStateException(name + " is stuck");
    };
  }

  @Test
  void partsAreClosedLastFirstAndOnce() {
    Owned owned = new Owned();
    owned.add(part("first"));
    owned.add(part("second"));
    owned.close();
    owned.close();
    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void keptPartsOutliveTheConstructorAndOthersDoNot() {
    Owned kept;
    try (Owned made = new Owned()) {
      made.add(part("kept"));
      kept = made.kept();
      made.add(part("left"));
    }
    assertThat(closed).containsExactly("left");
    kept.close();
    assertThat(closed).containsExactly("left", "kept");
  }

  @Test
  void allPartsAreClosedWhereSomeFail() {
    Owned owned = new Owned();
    owned.add(part("first"));
    owned.add(broken("second"));
    owned.add(broken("third"));
    assertThatThrownBy(owned::close)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("third is stuck")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Test
  void aFailureHalfWayFreesNativeMemory() {
    Engine.start(1);
    long before = Scope.liveHandles();
    assertThatThrownBy(
            () -> {
              try (Owned made = new Owned()) {
                made.add(Parameters.from(new Seed(1))).zeros("x", 3);
                throw new IllegalStateException("half-way");
              }
            })
        .hasMessage("half-way");
    assertThat(Scope.liveHandles()).isEqualTo(before);
  }
}
