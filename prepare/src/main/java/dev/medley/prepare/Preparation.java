package dev.medley.prepare;

import dev.medley.core.Dataset;
import dev.medley.core.InvalidInputException;
import dev.medley.data.DatasetFolder;
import dev.medley.data.FolderDraft;
import dev.medley.data.SplitKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The way from a source to a dataset folder, which appears whole or not at all. */
public final class Preparation {

  private static final String SCRATCH = ".work"; // in the draft, gone before it is published

  private Preparation() {}

  /**
   * Prepares a source.
   *
   * @param out new or empty
   * @return what became of the interactions
   * @throws InvalidInputException if the source or the options are wrong, or nothing is left
   * @throws IOException if something cannot be read or written, as on a full disk
   */
  public static Funnel run(Source source, PrepareOptions options, Path out, Progress progress)
      throws IOException {
    source.check();
    FolderDraft.checkFree(out);
    String name = String.valueOf(out.toAbsolutePath().normalize().getFileName());
    try (FolderDraft draft = FolderDraft.open(out)) {
      Path scratch = draft.path().resolve(SCRATCH);
      Funnel funnel;
      try (Workspace workspace =
          Workspace.open(scratch, options.memoryMebibytes(), options.threads())) {
        funnel = run(source, options, draft.path(), name, workspace, scratch, progress);
      }
      draft.publish();
      return funnel;
    }
  }

  private static Funnel run(
      Source source,
      PrepareOptions options,
      Path folder,
      String name,
      Workspace workspace,
      Path scratch,
      Progress progress)
      throws IOException {
    Drops drops = new Drops();
    int k = options.kCore().orElse(source.defaultKCore());
    boolean labelled = source.split() && options.split() == SplitKind.SHIPPED;
    InteractionTable table = load(source, workspace, drops, progress);
    table.deduplicate(labelled);
    table.keepRatings(options.minRating());
    table.keepTimes(options.since(), options.until());
    table.keepTimed(options.split());
    table.keepCore(k, progress);

    ItemTable items;
    long described;
    long met;
    try (ItemSink sink = new ItemSink(workspace, table.items(), k == 0, drops, progress)) {
      source.items(sink);
      items = ItemTable.of(workspace, sink.items());
      described = sink.described();
      met = sink.met();
    }
    strangers(source, met, k, workspace, drops);
    items.write(folder, source.pictures(), drops);
    VectorSink vectors = new VectorSink(folder, scratch, items.rowOf(), drops, progress);
    source.vectors(vectors);
    progress.report("interactions to be written", 0);
    table.write(folder.resolve(name + ".inter"), labelled);
    progress.report("interactions to be split", 0);
    Dataset dataset =
        DatasetFolder.seal(folder, options.readOptions(), provenance(source, options, table));
    return new Funnel(
        source.description(),
        table.stages(),
        new Funnel.Parts(
            dataset.split(),
            dataset.train().size(),
            dataset.validation().size(),
            dataset.test().size()),
        items.rowOf().size(),
        described,
        items.pictures(),
        vectors.done(),
        drops.list());
  }

  /**
   * Counts the descriptions of items that nobody interacted with, where the whole catalogue is not
   * asked for.
   *
   * @param met descriptions of items that survive
   * @throws InvalidInputException if there are no others and the source says where its ids stand
   */
  private static void strangers(Source source, long met, int k, Workspace workspace, Drops drops)
      throws IOException {
    String strange = "FROM strangers ANTI JOIN items USING (item)";
    long count = workspace.number("SELECT count(*) " + strange);
    Source.ItemIds ids = source.itemIds();
    if (ids != null
        && met == 0
        && count > 0
        && count == workspace.number("SELECT count(*) FROM strangers")) {
      throw new InvalidInputException(
          "%s: expected ids of %s among those of %s, got none (first: '%s' against '%s'); %s"
              .formatted(
                  ids.subject(),
                  ids.items(),
                  ids.interactions(),
                  workspace.text("SELECT arg_min(item, place) FROM strangers"),
                  workspace.text("SELECT arg_min(item, line) FROM pairs JOIN items USING (i)"),
                  ids.remedy()));
    }
    if (k > 0) {
      drops.add(
          ItemSink.STAGE,
          "descriptions of items that nobody interacted with",
          count,
          workspace.text("SELECT coalesce(arg_min(address, place), '') " + strange));
    }
    workspace.execute("DROP TABLE strangers");
  }

  /** The source and what was done to it, for {@code dataset.json}. */
  private static String provenance(Source source, PrepareOptions options, InteractionTable table)
      throws IOException {
    StringBuilder text = new StringBuilder(source.description());
    for (Funnel.Stage stage : table.stages().subList(2, table.stages().size())) {
      text.append("; ").append(stage.name());
    }
    if (options.split() == SplitKind.SHIPPED) {
      text.append(
          source.split()
              ? "; split of the source"
              : "; split random(seed " + options.splitSeed() + ")");
    } else {
      text.append("; split ").append(options.split().label());
      text.append(options.split() == SplitKind.RANDOM ? "(seed " + options.splitSeed() + ")" : "");
    }
    return text.toString();
  }

  private static InteractionTable load(
      Source source, Workspace workspace, Drops drops, Progress progress) throws IOException {
    long read;
    long valid;
    boolean pointed;
    try (InteractionSink sink = new InteractionSink(workspace, drops, progress)) {
      source.interactions(sink);
      read = sink.read();
      valid = sink.valid();
      pointed = sink.pointed();
      progress.report("interactions to be loaded", 0);
      if (valid > 0) {
        sink.load();
      }
    }
    if (valid == 0) {
      throw new InvalidInputException(
          "%s: expected at least one valid interaction, got none of %,d%s; check the files and the names of the columns"
              .formatted(source.description(), read, reasons(drops.list())));
    }
    return InteractionTable.of(workspace, drops, read, pointed);
  }

  private static String reasons(List<Funnel.Drop> drops) {
    return drops.isEmpty()
        ? ""
        : drops.stream()
            .map(
                drop ->
                    "%,d %s%s"
                        .formatted(
                            drop.count(),
                            drop.reason(),
                            drop.first().isEmpty() ? "" : ", first at " + drop.first()))
            .collect(Collectors.joining("; ", " (", ")"));
  }
}
