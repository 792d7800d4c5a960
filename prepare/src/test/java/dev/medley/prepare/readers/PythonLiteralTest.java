package dev.medley.prepare.readers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Literals are read as Python's {@code ast.literal_eval} reads them, and nothing else is read. */
class PythonLiteralTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      value = {
        "'it''s'        § its", // two strings side by side are one
        "\"it's\"       § it's",
        "'say \"x\"'    § say \"x\"",
        "'it\\'s'       § it's",
        "u'\\u4e2d'     § 中",
        "'\\x41\\101\\0'§ `AA\u0000`",
        "'\\U0001f37c'  § \ud83c\udf7c",
        "'a\\tb\\nc\\\\'§ `a\tb\nc\\`",
        "'\\d'          § \\d", // no escape in Python either
        "r'\\d\\n'      § \\d\\n",
        "b'caf\\xc3\\xa9' § café",
        "'a' \"b\" 'c'  § abc",
      })
  void strings(String literal, String value) throws LiteralException {
    assertThat(PythonLiteral.parse(literal)).isEqualTo(value);
  }

  @Test
  void numbersAndNames() throws LiteralException {
    assertThat(PythonLiteral.parse(" 12 ")).isEqualTo(12L);
    assertThat(PythonLiteral.parse("-1.5e3")).isEqualTo(-1500.0);
    assertThat(PythonLiteral.parse("12345678901234567890")).isEqualTo(1.2345678901234567e19);
    assertThat(PythonLiteral.parse("7L")).isEqualTo(7L);
    assertThat(PythonLiteral.parse("True")).isEqualTo(true);
    assertThat(PythonLiteral.parse("None")).isNull();
  }

  @Test
  void collections() throws LiteralException {
    assertThat(PythonLiteral.parse("{'a': [1, (2,), {3}], 'b': {}, 'a': None, 4: ('x')}"))
        .isEqualTo(
            new java.util.HashMap<>(Map.of("b", Map.of(), "4", "x")) {
              private static final long serialVersionUID = 1;

              {
                put("a", null);
              }
            });
    assertThat(PythonLiteral.parse("[1, (2, 3,), [], ()]"))
        .isEqualTo(Arrays.asList(1L, List.of(2L, 3L), List.of(), List.of()));
    assertThat(PythonLiteral.parse("{'a', 'b'}")).isEqualTo(List.of("a", "b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[",
        "[1",
        "[1 2]",
        "[,]",
        "{'a'}}",
        "{'a':}",
        "{'a' 1}",
        "{:1}",
        "{'a': 1 'b': 2}",
        "'open",
        "'a\\",
        "'\\x4'",
        "'\\u12g4'",
        "'\\N{DASH}'",
        "f'{x}'",
        "os",
        "os.system('x')",
        "1 + 1",
        "[x for x in y]",
        "lambda: 0",
        "1_000",
        "--1",
        "{[1]: 2}",
        "{'a': 1, 2}",
        "print('x')",
        "'a' + 'b'",
        "(1, 2",
        "0x10",
        "1j",
        "...",
        "{**{}}",
        "`ls`"
      })
  void allElseIsRefused(String text) {
    assertThatThrownBy(() -> PythonLiteral.parse(text)).isInstanceOf(LiteralException.class);
  }

  @Test
  void depthAndSizeAreLimited() {
    assertThatThrownBy(() -> PythonLiteral.parse("[".repeat(65) + "]".repeat(65)))
        .hasMessage("a literal nested deeper than 64");
    assertThatThrownBy(() -> PythonLiteral.parse("[" + "1,".repeat(131_073) + "]"))
        .hasMessage("a literal of more than 131072 values");
    assertThatThrownBy(() -> PythonLiteral.parse("1".repeat(401)))
        .hasMessage("a number of more than 400 characters");
  }
}
