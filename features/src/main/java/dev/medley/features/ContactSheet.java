package dev.medley.features;

import dev.medley.core.InvalidInputException;
import dev.medley.data.ItemLines;
import dev.medley.formats.AtomicFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** A few of a dataset's pictures on one sheet, without letters. */
public final class ContactSheet {
  /** Most pictures on a sheet. */
  public static final int MOST = 48;

  private static final int COLUMNS = 8;
  private static final int SIDE = 128; // pixels of a picture
  private static final int GAP = 4;

  private ContactSheet() {}

  /**
   * Writes the sheet as PNG: items spread evenly over items.tsv, those whose picture decodes.
   *
   * @param file is replaced
   * @return their ids, row by row from the upper left
   * @throws InvalidInputException if there is no items.tsv or no picture decodes
   */
  public static List<String> write(Path folder, Path file) throws IOException {
    int named = 0;
    try (ItemLines lines = ItemLines.open(folder)) {
      while (lines.next()) {
        named += lines.description().image().isEmpty() ? 0 : 1;
      }
    }
    ImageIO.setUseCache(false);
    List<String> ids = new ArrayList<>();
    List<BufferedImage> shown = new ArrayList<>();
    Pictures pictures = new Pictures(folder);
    int every = Math.max(1, named / MOST);
    try (ItemLines lines = ItemLines.open(folder)) {
      for (int seen = 0; lines.next() && ids.size() < MOST; ) {
        String name = lines.description().image();
        if (!name.isEmpty() && seen++ % every == 0) {
          try {
            shown.add(small(Pictures.decode(pictures.bytes(name), SIDE)));
            ids.add(lines.id());
          } catch (Pictures.Unreadable left) {
            // the next one that decodes takes its place
          }
        }
      }
    }
    if (ids.isEmpty()) {
      throw new InvalidInputException(
          folder + ": expected at least one picture that decodes for a contact sheet, got none");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(sheet(shown), "png", bytes);
    AtomicFile.write(file, bytes::writeTo);
    return ids;
  }

  private static BufferedImage sheet(List<BufferedImage> pictures) {
    int columns = Math.min(COLUMNS, pictures.size());
    int rows = (pictures.size() + columns - 1) / columns;
    int step = SIDE + GAP;
    BufferedImage sheet =
        new BufferedImage(columns * step + GAP, rows * step + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int k = 0; k < pictures.size(); k++) {
      BufferedImage picture = pictures.get(k);
      int x = GAP + k % columns * step + (SIDE - picture.getWidth()) / 2;
      int y = GAP + k / columns * step + (SIDE - picture.getHeight()) / 2;
      graphics.drawImage(picture, x, y, null);
    }
    graphics.dispose();
    return sheet;
  }

  /** A picture with its longer side at {@link #SIDE}, so that no large one is held. */
  private static BufferedImage small(BufferedImage picture) {
    double scale = SIDE / (double) Math.max(picture.getWidth(), picture.getHeight());
    int width = Math.max(1, (int) Math.round(scale * picture.getWidth()));
    int height = Math.max(1, (int) Math.round(scale * picture.getHeight()));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    return small;
  }
}
