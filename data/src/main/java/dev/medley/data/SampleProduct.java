package dev.medley.data;

import dev.medley.core.ItemDescription;
import dev.medley.core.RandomStream;
import java.util.List;

/**
 * A made-up product: what it is shows in text and picture, brand and material in the text alone,
 * colour and pattern in the picture alone. Each is a number below the length of its list.
 *
 * @param kind into {@link #KINDS}
 * @param model into the brand's models
 */
record SampleProduct(int kind, int brand, int model, int material, int colour, int pattern) {

  /**
   * A kind of product.
   *
   * @param shelf its category
   */
  record Kind(String noun, String shelf) {}

  /**
   * A brand with a subject of its own, which its products are named after.
   *
   * @param models names of products
   * @param story what the brand says of itself
   */
  record Brand(String name, List<String> models, String story) {}

  /**
   * What a product is made of.
   *
   * @param praise what a shop says of it
   */
  record Material(String name, String praise) {}

  static final List<Kind> KINDS =
      List.of(
          new Kind("cushion", "Cushions"),
          new Kind("tote bag", "Bags"),
          new Kind("notebook", "Stationery"),
          new Kind("lampshade", "Lighting"),
          new Kind("coaster", "Table"),
          new Kind("rug", "Floor"),
          new Kind("pouch", "Small things"),
          new Kind("banner", "Walls"));

  static final List<Brand> BRANDS =
      List.of(
          new Brand(
              "Harbour & Tide",
              List.of("Regatta", "Lighthouse", "Compass", "Anchor", "Schooner", "Harbour"),
              "sailors inspired by boats, sea and salt wind"),
          new Brand(
              "Polaris Works",
              List.of("Orion", "Comet", "Nebula", "Saturn", "Eclipse", "Telescope"),
              "stargazers inspired by planets, rockets and the night sky"),
          new Brand(
              "Fernhill Botanics",
              List.of("Meadow", "Clover", "Orchid", "Ivy", "Juniper", "Botanist"),
              "gardeners inspired by leaves, flowers and greenhouses"),
          new Brand(
              "Marquee Records",
              List.of("Saxophone", "Encore", "Trumpet", "Blue Note", "Swing", "Vinyl"),
              "musicians inspired by jazz clubs, records and concerts"),
          new Brand(
              "Summit Trail",
              List.of("Glacier", "Alpine", "Ridge", "Base Camp", "Everest", "Hiker"),
              "mountaineers inspired by peaks, snow and long hikes"),
          new Brand(
              "Old Mill Bakery",
              List.of("Croissant", "Sourdough", "Baguette", "Cinnamon", "Brioche", "Baker"),
              "bakers inspired by bread, flour and warm ovens"),
          new Brand(
              "Steamline",
              List.of("Locomotive", "Express", "Station", "Viaduct", "Conductor", "Railway"),
              "railway people inspired by steam trains, tracks and stations"),
          new Brand(
              "Pixel Arcade",
              List.of("Joystick", "High Score", "Cartridge", "Console", "Level Up", "Gamer"),
              "gamers inspired by video games, arcades and early computers"));

  static final List<Material> MATERIALS =
      List.of(
          new Material("linen", "Crisp washed linen, woven from flax."),
          new Material("wool", "Warm merino wool, knitted from sheep's fleece."),
          new Material("leather", "Sturdy saddle leather, tanned cowhide."),
          new Material("cork", "Light springy cork, from the bark of cork oaks."),
          new Material("denim", "Hard-wearing denim, the cloth of jeans."),
          new Material("silk", "Shimmering mulberry silk, smooth as satin."));

  static final List<String> COLOURS =
      List.of("red", "orange", "yellow", "green", "turquoise", "blue", "violet", "charcoal");
  static final List<String> PATTERNS =
      List.of("plain", "upright stripes", "level stripes", "checks", "dots", "slanted stripes");

  /** Any product, each attribute drawn for itself. */
  static SampleProduct draw(RandomStream random) {
    int brand = random.nextInt(BRANDS.size());
    return new SampleProduct(
        random.nextInt(KINDS.size()),
        brand,
        random.nextInt(BRANDS.get(brand).models().size()),
        random.nextInt(MATERIALS.size()),
        random.nextInt(COLOURS.size()),
        random.nextInt(PATTERNS.size()));
  }

  /** What it is called; colour and pattern are not part of it. */
  String title() {
    return "%s %s %s"
        .formatted(
            BRANDS.get(brand).models().get(model),
            MATERIALS.get(material).name(),
            KINDS.get(kind).noun());
  }

  /**
   * What the catalogue says of it.
   *
   * @param image the picture's name, or empty
   */
  ItemDescription description(String image) {
    Brand by = BRANDS.get(brand);
    return new ItemDescription(
        title(),
        "%s By %s, %s.".formatted(MATERIALS.get(material).praise(), by.name(), by.story()),
        by.name(),
        List.of("Home", KINDS.get(kind).shelf()),
        image);
  }

  /** Its colour and pattern. */
  String looks() {
    return COLOURS.get(colour) + ", " + PATTERNS.get(pattern);
  }
}
