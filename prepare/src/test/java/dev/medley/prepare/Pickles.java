package dev.medley.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * Pickles as Python writes them. Made with numpy 2.4.6 and scipy 1.17.1 by
 *
 * <pre>{@code
 * m = sp.coo_matrix((np.array([1, 1, 0, 2], dtype=np.float32), ([0, 1, 1, 2], [0, 1, 2, 3])), shape=(3, 5))
 * class Evil:
 *     def __reduce__(self):
 *         return (os.system, ("touch pwned",))
 * base64.b64encode(pickle.dumps(m, protocol=5))  # COO_5; COO_0 and COO_2 likewise
 * base64.b64encode(pickle.dumps(m.tocsr(), protocol=2))  # CSR_2
 * base64.b64encode(pickle.dumps(m.tocsr().astype(np.int8), protocol=4))  # CSR_4
 * base64.b64encode(pickle.dumps(Evil(), protocol=4))  # EVIL_4; EVIL_0 likewise
 * }</pre>
 */
final class Pickles {
  static final String COO_0 =
      "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjc2NpcHkuc3BhcnNlLl9jb28KY29vX21hdHJpeApwMQpjX19i"
          + "dWlsdGluX18Kb2JqZWN0CnAyCk50cDMKUnA0CihkcDUKVl9zaGFwZQpwNgooSTMKSTUKdHA3CnNWbWF4cHJpbnQK"
          + "cDgKSTUwCnNWY29vcmRzCnA5CihjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcDEwCihjbnVt"
          + "cHkKbmRhcnJheQpwMTEKKEkwCnRwMTIKY19jb2RlY3MKZW5jb2RlCnAxMwooVmIKcDE0ClZsYXRpbjEKcDE1CnRw"
          + "MTYKUnAxNwp0cDE4ClJwMTkKKEkxCihJNAp0cDIwCmNudW1weQpkdHlwZQpwMjEKKFZpNApwMjIKSTAwCkkwMQp0"
          + "cDIzClJwMjQKKEkzClY8CnAyNQpOTk5JLTEKSS0xCkkwCnRwMjYKYkkwMApnMTMKKFZcdTAwMDBcdTAwMDBcdTAw"
          + "MDBcdTAwMDABXHUwMDAwXHUwMDAwXHUwMDAwAVx1MDAwMFx1MDAwMFx1MDAwMAJcdTAwMDBcdTAwMDBcdTAwMDAK"
          + "cDI3CmcxNQp0cDI4ClJwMjkKdHAzMApiZzEwCihnMTEKKEkwCnRwMzEKZzE3CnRwMzIKUnAzMwooSTEKKEk0CnRw"
          + "MzQKZzI0CkkwMApnMTMKKFZcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDABXHUwMDAwXHUwMDAwXHUwMDAwAlx1MDAw"
          + "MFx1MDAwMFx1MDAwMANcdTAwMDBcdTAwMDBcdTAwMDAKcDM1CmcxNQp0cDM2ClJwMzcKdHAzOApidHAzOQpzVmRh"
          + "dGEKcDQwCmcxMAooZzExCihJMAp0cDQxCmcxNwp0cDQyClJwNDMKKEkxCihJNAp0cDQ0CmcyMQooVmY0CnA0NQpJ"
          + "MDAKSTAxCnRwNDYKUnA0NwooSTMKZzI1Ck5OTkktMQpJLTEKSTAKdHA0OApiSTAwCmcxMwooVlx1MDAwMFx1MDAw"
          + "MIA/XHUwMDAwXHUwMDAwgD9cdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDBACnA0OQpn"
          + "MTUKdHA1MApScDUxCnRwNTIKYnNWaGFzX2Nhbm9uaWNhbF9mb3JtYXQKcDUzCkkwMApzYi4=";
  static final String COO_2 =
      "gAJjc2NpcHkuc3BhcnNlLl9jb28KY29vX21hdHJpeApxACmBcQF9cQIoWAYAAABfc2hhcGVxA0sDSwWGcQRYCAAA"
          + "AG1heHByaW50cQVLMlgGAAAAY29vcmRzcQZjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQdj"
          + "bnVtcHkKbmRhcnJheQpxCEsAhXEJY19jb2RlY3MKZW5jb2RlCnEKWAEAAABicQtYBgAAAGxhdGluMXEMhnENUnEO"
          + "h3EPUnEQKEsBSwSFcRFjbnVtcHkKZHR5cGUKcRJYAgAAAGk0cROJiIdxFFJxFShLA1gBAAAAPHEWTk5OSv////9K"
          + "/////0sAdHEXYoloClgQAAAAAAAAAAEAAAABAAAAAgAAAHEYaAyGcRlScRp0cRtiaAdoCEsAhXEcaA6HcR1ScR4o"
          + "SwFLBIVxH2gViWgKWBAAAAAAAAAAAQAAAAIAAAADAAAAcSBoDIZxIVJxInRxI2KGcSRYBAAAAGRhdGFxJWgHaAhL"
          + "AIVxJmgOh3EnUnEoKEsBSwSFcSloElgCAAAAZjRxKomIh3ErUnEsKEsDaBZOTk5K/////0r/////SwB0cS1iiWgK"
          + "WBIAAAAAAMKAPwAAwoA/AAAAAAAAAEBxLmgMhnEvUnEwdHExYlgUAAAAaGFzX2Nhbm9uaWNhbF9mb3JtYXRxMol1"
          + "Yi4=";
  static final String COO_5 =
      "gAWVaQEAAAAAAACMEXNjaXB5LnNwYXJzZS5fY29vlIwKY29vX21hdHJpeJSTlCmBlH2UKIwGX3NoYXBllEsDSwWG"
          + "lIwIbWF4cHJpbnSUSzKMBmNvb3Jkc5SME251bXB5Ll9jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlCiWEAAA"
          + "AAAAAAAAAAAAAQAAAAEAAAACAAAAlIwFbnVtcHmUjAVkdHlwZZSTlIwCaTSUiYiHlFKUKEsDjAE8lE5OTkr/////"
          + "Sv////9LAHSUYksEhZSMAUOUdJRSlGgLKJYQAAAAAAAAAAAAAAABAAAAAgAAAAMAAACUaBJLBIWUaBZ0lFKUhpSM"
          + "BGRhdGGUaAsolhAAAAAAAAAAAACAPwAAgD8AAAAAAAAAQJRoD4wCZjSUiYiHlFKUKEsDaBNOTk5K/////0r/////"
          + "SwB0lGJLBIWUaBZ0lFKUjBRoYXNfY2Fub25pY2FsX2Zvcm1hdJSJdWIu";
  static final String CSR_2 =
      "gAJjc2NpcHkuc3BhcnNlLl9jc3IKY3NyX21hdHJpeApxACmBcQF9cQIoWAYAAABfc2hhcGVxA0sDSwWGcQRYCAAA"
          + "AG1heHByaW50cQVLMlgHAAAAaW5kaWNlc3EGY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEH"
          + "Y251bXB5Cm5kYXJyYXkKcQhLAIVxCWNfY29kZWNzCmVuY29kZQpxClgBAAAAYnELWAYAAABsYXRpbjFxDIZxDVJx"
          + "DodxD1JxEChLAUsEhXERY251bXB5CmR0eXBlCnESWAIAAABpNHETiYiHcRRScRUoSwNYAQAAADxxFk5OTkr/////"
          + "Sv////9LAHRxF2KJaApYEAAAAAAAAAABAAAAAgAAAAMAAABxGGgMhnEZUnEadHEbYlgGAAAAaW5kcHRycRxoB2gI"
          + "SwCFcR1oDodxHlJxHyhLAUsEhXEgaBWJaApYEAAAAAAAAAABAAAAAwAAAAQAAABxIWgMhnEiUnEjdHEkYlgEAAAA"
          + "ZGF0YXElaAdoCEsAhXEmaA6HcSdScSgoSwFLBIVxKWgSWAIAAABmNHEqiYiHcStScSwoSwNoFk5OTkr/////Sv//"
          + "//9LAHRxLWKJaApYEgAAAAAAwoA/AADCgD8AAAAAAAAAQHEuaAyGcS9ScTB0cTFiWBUAAABfaGFzX2Nhbm9uaWNh"
          + "bF9mb3JtYXRxMohYEwAAAF9oYXNfc29ydGVkX2luZGljZXNxM4h1Yi4=";
  static final String CSR_4 =
      "gASVbgEAAAAAAACMEXNjaXB5LnNwYXJzZS5fY3NylIwKY3NyX21hdHJpeJSTlCmBlH2UKIwGX3NoYXBllEsDSwWG"
          + "lIwIbWF4cHJpbnSUSzKMB2luZGljZXOUjBZudW1weS5fY29yZS5tdWx0aWFycmF5lIwMX3JlY29uc3RydWN0lJOU"
          + "jAVudW1weZSMB25kYXJyYXmUk5RLAIWUQwFilIeUUpQoSwFLBIWUaAyMBWR0eXBllJOUjAJpNJSJiIeUUpQoSwOM"
          + "ATyUTk5OSv////9K/////0sAdJRiiUMQAAAAAAEAAAACAAAAAwAAAJR0lGKMBmluZHB0cpRoC2gOSwCFlGgQh5RS"
          + "lChLAUsEhZRoGIlDEAAAAAABAAAAAwAAAAQAAACUdJRijARkYXRhlGgLaA5LAIWUaBCHlFKUKEsBSwSFlGgVjAJp"
          + "MZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiiUMEAQEAApR0lGJ1Yi4=";
  static final String EVIL_0 = "Y3Bvc2l4CnN5c3RlbQpwMAooVnRvdWNoIHB3bmVkCnAxCnRwMgpScDMKLg==";
  static final String EVIL_4 =
      "gASVJgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAt0b3VjaCBwd25lZJSFlFKULg==";

  private Pickles() {}

  static byte[] bytes(String pickle) {
    return Base64.getDecoder().decode(pickle);
  }

  static Path write(Path file, String pickle) throws IOException {
    return Files.write(file, bytes(pickle));
  }
}
