package dev.medley.models.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.medley.core.DenseFeatures;
import dev.medley.core.FeatureMatrix;
import dev.medley.core.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModalityWeightsTest {

  private static List<FeatureMatrix> modalities(String... names) {
    return Arrays.stream(names)
        .map(name -> (FeatureMatrix) DenseFeatures.of(name, new float[][] {{1}}))
        .toList();
  }

  @Test
  void autoGivesTheImageATenthAndSharesTheRest() {
    assertThat(ModalityWeights.AUTO.of(modalities("image", "text"))).containsExactly(0.1, 0.9);
    assertThat(ModalityWeights.AUTO.of(modalities("audio", "image", "text")))
        .containsExactly(0.45, 0.1, 0.45);
    assertThat(ModalityWeights.AUTO.of(modalities("image"))).containsExactly(1);
    assertThat(ModalityWeights.AUTO.of(modalities("text"))).containsExactly(1);
    assertThat(ModalityWeights.AUTO.of(modalities("audio", "text"))).containsExactly(0.5, 0.5);
  }

  @Test
  void aListIsReadByName() {
    assertThat(new ModalityWeights("text=2, image=0").of(modalities("image", "text")))
        .containsExactly(0, 2);
  }

  @Test
  void whatIsNoListIsRefused() {
    for (String text :
        new String[] {
          "", "image", "image=", "=1", "image=x", "image=-1", "image=1,", "image=NaN"
        }) {
      assertThatThrownBy(() -> new ModalityWeights(text))
          .as(text)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "modalityWeights: expected auto or a list as image=0.1,text=0.9, got '" + text + "'");
    }
  }

  @Test
  void aModalityNamedTwiceIsRefused() {
    assertThatThrownBy(() -> new ModalityWeights("image=1,image=2"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("modalityWeights: expected each modality once, got 'image=1,image=2'");
  }

  @Test
  void aListOfOtherModalitiesIsRefused() {
    for (String text : new String[] {"image=1", "image=1,text=1,audio=1", "image=1,txt=1"}) {
      assertThatThrownBy(() -> new ModalityWeights(text).of(modalities("image", "text")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "modalityWeights: expected a weight for each of image, text, got '" + text + "'");
    }
  }
}
