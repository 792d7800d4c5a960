package dev.medley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.InvalidInputException;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class DeviceTest {
  static {
    Engine.start(1);
  }

  @Test
  void bothFormsAreReadAndWrittenAlike() {
    assertThat(Device.parse("cpu")).isEqualTo(Device.CPU).hasToString("cpu");
    assertThat(Device.parse("cuda:2")).isEqualTo(new Device(true, 2)).hasToString("cuda:2");
    assertThat(Device.CPU.checked()).isEqualTo(Device.CPU);
  }

  @Test
  void anythingElseIsRefusedInOneSentence() {
    for (String text : new String[] {"gpu", "cuda", "cuda:", "cuda:-1", "cuda:1234", "CPU", ""}) {
      assertThatThrownBy(() -> Device.parse(text))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("device: expected cpu or cuda:N, got '" + text + "'");
    }
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() {
    Device absent = new Device(true, 999);
    if (!torch.cuda_is_available()) {
      assertThatThrownBy(absent::checked)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("device: expected one that this machine and build have");
    } else {
      assertThat(absent.checked()).isEqualTo(absent);
    }
  }

  @Test
  void threadsMustBePositive() {
    assertThatThrownBy(() -> Engine.start(0)).hasMessage("threads: expected at least 1, got 0");
  }
}
