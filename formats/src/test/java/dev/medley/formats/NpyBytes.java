package dev.medley.formats;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** NPY files with any header. */
final class NpyBytes {
  private NpyBytes() {}

  static byte[] of(int version, String dictionary, byte[] data) {
    int prefix = version == 1 ? 10 : 12;
    StringBuilder padded = new StringBuilder(dictionary);
    while ((prefix + padded.length() + 1) % 128 != 0) {
      padded.append(' ');
    }
    byte[] header = padded.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes =
        ByteBuffer.allocate(prefix + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      bytes.putShort((short) header.length);
    } else {
      bytes.putInt(header.length);
    }
    return bytes.put(header).put(data).array();
  }
}
