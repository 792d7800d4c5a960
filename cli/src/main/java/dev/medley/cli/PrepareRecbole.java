package dev.medley.cli;

import dev.medley.prepare.Recbole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code medley prepare recbole}. */
@Command(
    name = "recbole",
    description = "RecBole's atomic files, tab-separated with typed headers.")
final class PrepareRecbole implements Callable<Integer> {
  @Option(
      names = "--inter",
      required = true,
      paramLabel = "FILE",
      description = "Interactions: NAME.inter.")
  private Path inter;

  @Option(names = "--item", paramLabel = "FILE", description = "Descriptions: NAME.item.")
  private @Nullable Path item;

  @Option(
      names = "--user-field",
      paramLabel = "COL",
      defaultValue = "user_id",
      description = "The column of users (default: ${DEFAULT-VALUE}).")
  private String user;

  @Option(
      names = "--item-field",
      paramLabel = "COL",
      defaultValue = "item_id",
      description = "The column of items (default: ${DEFAULT-VALUE}).")
  private String itemId;

  @Mixin private final PrepareOptionsMixin options = new PrepareOptionsMixin();

  PrepareRecbole() {
    inter = Path.of("");
    user = "user_id";
    itemId = "item_id";
  }

  @Override
  public Integer call() throws IOException {
    return options.prepare(new Recbole(inter, item, user, itemId));
  }
}
