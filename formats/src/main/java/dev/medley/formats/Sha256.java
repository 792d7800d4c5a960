package dev.medley.formats;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 under construction, and that of a whole file, in lower-case hexadecimal. */
public final class Sha256 {
  private final MessageDigest digest;

  /** Nothing added yet. */
  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** Adds a text's UTF-8 bytes. */
  public Sha256 add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Adds some bytes. */
  public Sha256 add(byte[] bytes, int offset, int length) {
    digest.update(bytes, offset, length);
    return this;
  }

  /** The digest of all that was added, 64 characters; afterwards nothing is added. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The digest of a file's bytes. */
  public static String ofFile(Path file) throws IOException {
    Sha256 hash = new Sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        hash.add(buffer, 0, read);
      }
    }
    return hash.hex();
  }
}
