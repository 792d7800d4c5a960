package dev.medley.cli;

import dev.medley.core.InvalidInputException;
import dev.medley.core.TrainingView;
import dev.medley.engine.Precision;
import dev.medley.models.AddEase;
import dev.medley.models.AddVae;
import dev.medley.models.Bm3;
import dev.medley.models.BprMf;
import dev.medley.models.Cadmr;
import dev.medley.models.Cease;
import dev.medley.models.Dragon;
import dev.medley.models.Dream;
import dev.medley.models.Ease;
import dev.medley.models.EaseKnn;
import dev.medley.models.Freedom;
import dev.medley.models.GlocalK;
import dev.medley.models.Grcn;
import dev.medley.models.Hyperparameters;
import dev.medley.models.IAutoRec;
import dev.medley.models.Ials;
import dev.medley.models.ItemKnn;
import dev.medley.models.ItemKnnFeatures;
import dev.medley.models.L3ae;
import dev.medley.models.Lattice;
import dev.medley.models.LightGcn;
import dev.medley.models.Mgcn;
import dev.medley.models.Mmgcn;
import dev.medley.models.Model;
import dev.medley.models.ModelInput;
import dev.medley.models.MrCsaf;
import dev.medley.models.MultVae;
import dev.medley.models.Nearest;
import dev.medley.models.Popular;
import dev.medley.models.Powerec;
import dev.medley.models.Settings;
import dev.medley.models.Slmrec;
import dev.medley.models.SparseEase;
import dev.medley.models.Vbpr;
import dev.medley.training.MirrorGradient;
import dev.medley.training.StepRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** Every model by name. A new model is one more line here. */
public final class Models {

  /**
   * A model as the command line knows it.
   *
   * @param name on the command line
   * @param paper its key in docs/papers.md
   * @param year of the paper
   * @param needs what a dataset must have: {@code interactions}, {@code features}, {@code texts}
   * @param training {@code counts}, {@code closed form} or {@code gradient}
   * @param parity where its accuracy was measured against a reference, or {@code -}
   * @param read takes hyperparameters from settings
   * @param create makes the model at its start
   */
  public record Entry<H extends Hyperparameters>(
      String name,
      String paper,
      int year,
      String needs,
      String training,
      String parity,
      Function<Settings, H> read,
      BiFunction<H, ModelInput, Model> create) {

    /** Reads and checks all settings. */
    public Recipe recipe(Settings settings) {
      H hyperparameters = settings.located(() -> read.apply(settings));
      Precision precision =
          roundsProducts()
                  && settings.has(PRECISION)
                  && settings.choice(PRECISION, Products.FLOAT32) == Products.BF16
              ? Precision.BF16
              : Precision.FLOAT;
      StepRule rule =
          steps() ? settings.located(() -> MirrorGradient.read(settings)) : StepRule.PLAIN;
      settings.refuseUnknown(name);
      return new Recipe(
          name,
          settings,
          rule,
          data ->
              settings.located(
                  () -> {
                    hyperparameters.check(data);
                    return hyperparameters;
                  }),
          input -> create.apply(hyperparameters, input.with(precision)));
    }

    /** Every hyperparameter of the model. */
    public List<Hyperparameter> hyperparameters() {
      Settings defaults = Settings.none();
      recipe(defaults);
      List<Hyperparameter> all = new ArrayList<>();
      defaults
          .resolved()
          .forEach((key, value) -> all.add(Hyperparameter.of(key, value, this::recipe)));
      if (roundsProducts()) { // recorded only where it is given, and so are the next ones
        all.add(Hyperparameter.of(PRECISION, "float32", this::recipe));
      }
      if (steps()) {
        MirrorGradient.keys()
            .forEach((key, value) -> all.add(Hyperparameter.of(key, value, this::recipe)));
      }
      return all;
    }

    private boolean roundsProducts() {
      return needs.contains("features") && steps();
    }

    private boolean steps() {
      return training.equals("gradient");
    }
  }

  private static final String PRECISION = "precision";

  /** The numbers that large products with features are taken of. */
  private enum Products {
    FLOAT32,
    BF16
  }

  /**
   * A model with its hyperparameters, ready to be made.
   *
   * @param settings what each hyperparameter came to
   * @param rule how a training step is taken
   * @param check refuses data that the model cannot be trained on
   * @param create makes it at its start
   */
  public record Recipe(
      String model,
      Settings settings,
      StepRule rule,
      Consumer<TrainingView> check,
      Function<ModelInput, Model> create) {

    /** Every hyperparameter as a request records it, those that validation decides as such. */
    public Map<String, Object> recorded() {
      Map<String, Object> hyperparameters = new LinkedHashMap<>();
      settings
          .resolved()
          .forEach(
              (key, value) -> hyperparameters.put(key, value == null ? AskedTraining.OPEN : value));
      return hyperparameters;
    }
  }

  private static final List<Entry<?>> ALL =
      List.of(
          new Entry<>(
              "popular",
              "cremonesi2010performance",
              2010,
              "interactions",
              "counts",
              "tiktok",
              Popular.Config::read,
              Popular::new),
          new Entry<>(
              "itemknn",
              "sarwar2001item",
              2001,
              "interactions",
              "closed form",
              "-",
              ItemKnn.Config::read,
              ItemKnn::new),
          new Entry<>(
              "itemknn-features",
              "dacrema2019progress",
              2019,
              "features",
              "closed form",
              "tiktok",
              ItemKnnFeatures.Config::read,
              ItemKnnFeatures::new),
          new Entry<>(
              "ease",
              "steck2019ease",
              2019,
              "interactions",
              "closed form",
              "-",
              Ease.Config::read,
              Ease::new),
          new Entry<>(
              "ease-knn",
              "steck2019ease",
              2019,
              "features",
              "closed form",
              "-",
              EaseKnn.Config::read,
              EaseKnn::new),
          new Entry<>(
              "add-ease",
              "jeunen2020closed",
              2020,
              "features",
              "closed form",
              "-",
              AddEase.Config::read,
              AddEase::new),
          new Entry<>(
              "cease",
              "jeunen2020closed",
              2020,
              "features",
              "closed form",
              "-",
              Cease.Config::read,
              Cease::new),
          new Entry<>(
              "l3ae",
              "moon2025llm",
              2025,
              "features",
              "closed form",
              "-",
              L3ae.Config::read,
              L3ae::new),
          new Entry<>(
              "sparse-ease",
              "steck2019ease",
              2019,
              "interactions",
              "closed form",
              "-",
              SparseEase.Config::read,
              SparseEase::new),
          new Entry<>(
              "ials",
              "hu2008collaborative",
              2008,
              "interactions",
              "closed form",
              "-",
              Ials.Config::read,
              Ials::new),
          new Entry<>(
              "bpr",
              "rendle2009bpr",
              2009,
              "interactions",
              "gradient",
              "tiktok",
              BprMf.Config::read,
              BprMf::new),
          new Entry<>(
              "lightgcn",
              "he2020lightgcn",
              2020,
              "interactions",
              "gradient",
              "tiktok, baby",
              LightGcn.Config::read,
              LightGcn::new),
          new Entry<>(
              "vbpr",
              "he2016vbpr",
              2016,
              "features",
              "gradient",
              "tiktok",
              Vbpr.Config::read,
              Vbpr::new),
          new Entry<>(
              "mmgcn",
              "wei2019mmgcn",
              2019,
              "features",
              "gradient",
              "-",
              Mmgcn.Config::read,
              Mmgcn::new),
          new Entry<>(
              "grcn",
              "wei2020grcn",
              2020,
              "features",
              "gradient",
              "-",
              Grcn.Config::read,
              Grcn::new),
          new Entry<>(
              "lattice",
              "zhang2021lattice",
              2021,
              "features",
              "gradient",
              "tiktok",
              Lattice.Config::read,
              Lattice::new),
          new Entry<>(
              "freedom",
              "zhou2023freedom",
              2023,
              "features",
              "gradient",
              "tiktok",
              Freedom.Config::read,
              Freedom::new),
          new Entry<>(
              "bm3",
              "zhou2023bm3",
              2023,
              "features",
              "gradient",
              "tiktok",
              Bm3.Config::read,
              Bm3::new),
          new Entry<>(
              "dragon",
              "zhou2023dragon",
              2023,
              "features",
              "gradient",
              "tiktok",
              Dragon.Config::read,
              Dragon::new),
          new Entry<>(
              "mgcn",
              "yu2023mgcn",
              2023,
              "features",
              "gradient",
              "tiktok",
              Mgcn.Config::read,
              Mgcn::new),
          new Entry<>(
              "slmrec",
              "tao2022slmrec",
              2022,
              "features",
              "gradient",
              "tiktok",
              Slmrec.Config::read,
              Slmrec::new),
          new Entry<>(
              "powerec",
              "dong2024powerec",
              2024,
              "features",
              "gradient",
              "-",
              Powerec.Config::read,
              Powerec::new),
          new Entry<>(
              "i-autorec",
              "sedhain2015autorec",
              2015,
              "interactions",
              "gradient",
              "-",
              IAutoRec.Config::read,
              IAutoRec::new),
          new Entry<>(
              "multvae",
              "liang2018variational",
              2018,
              "interactions",
              "gradient",
              "-",
              MultVae.Config::read,
              MultVae::new),
          new Entry<>(
              "glocal-k",
              "han2021glocal",
              2021,
              "interactions",
              "gradient",
              "-",
              GlocalK.Config::read,
              GlocalK::new),
          new Entry<>(
              "addvae",
              "tran2022aligning",
              2022,
              "texts",
              "gradient",
              "-",
              AddVae.Config::read,
              AddVae::new),
          new Entry<>(
              "dream",
              "zhang2024dream",
              2024,
              "features",
              "gradient",
              "-",
              Dream.Config::read,
              Dream::new),
          new Entry<>(
              "mr-csaf",
              "li2025mrcsaf",
              2025,
              "features",
              "gradient",
              "-",
              MrCsaf.Config::read,
              MrCsaf::new),
          new Entry<>(
              "cadmr",
              "khalafaoui2024cadmr",
              2024,
              "features",
              "gradient",
              "-",
              Cadmr.Config::read,
              Cadmr::new));

  private Models() {}

  /** All of them, simplest first. */
  public static List<Entry<?>> all() {
    return ALL;
  }

  /**
   * The model of this name.
   *
   * @throws InvalidInputException naming the nearest one, or all where none is near
   */
  public static Entry<?> named(String name) {
    return ALL.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(name));
  }

  private static InvalidInputException unknown(String name) {
    List<String> names = ALL.stream().map(Entry::name).toList();
    return new InvalidInputException(
        Nearest.to(name, names)
            .map(
                near ->
                    "model: expected a known one, got '%s'; did you mean '%s'? 'medley models' lists all"
                        .formatted(name, near))
            .orElse(
                "model: expected one of %s, got '%s'".formatted(String.join(", ", names), name)));
  }
}
