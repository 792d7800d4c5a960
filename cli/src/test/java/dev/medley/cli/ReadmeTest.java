package dev.medley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.medley.core.Dataset;
import dev.medley.core.Scorer;
import dev.medley.core.Seed;
import dev.medley.data.DatasetFolder;
import dev.medley.engine.Engine;
import dev.medley.evaluation.Evaluator;
import dev.medley.models.LightGcn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Bpr;
import dev.medley.testkit.ContractData;
import dev.medley.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program, word for word. */
class ReadmeTest {
  @TempDir private Path temporary = Path.of("");

  @Test
  void programOfTheReadmeRuns() throws IOException {
    Path folder = temporary.resolve("data");
    DatasetFolder.write(folder, ContractData.of(0).dataset(), "test");
    LightGcn.Config config =
        new LightGcn.Config(8, 2, 1e-4, Bpr.L2Form.NORM, new Optimization(1e-2, 64, 5, 1, 5));
    assertThat(program(folder, config)).containsKeys("recall@20", "ndcg@20");
  }

  private static Map<String, Double> program(Path folder, LightGcn.Config config)
      throws IOException {
    // begin
    Engine.start(2); // threads
    Dataset data = DatasetFolder.read(folder);
    Seed seed = new Seed(1);
    Evaluator validation = Evaluator.builder(data.train(), data.validation()).build();
    Evaluator test = Evaluator.builder(data.train(), data.test()).build();
    try (Model model = new LightGcn(config, ModelInput.of(data.trainingView(), seed))) {
      Trainer.train(model, data.trainingView(), seed, validation::accuracy);
      try (Scorer scorer = Trainer.scorerOf(model)) {
        return test.evaluate(scorer).metrics();
      }
    }
    // end
  }

  @Test
  void readmeShowsThisProgram() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/medley/cli/ReadmeTest.java"))
            .replace("\n    ", "\n");
    String program = source.substring(source.indexOf("// begin\n") + 9, source.indexOf("// end"));
    assertThat(Files.readString(Path.of("../README.md"))).contains(program.strip());
  }
}
