// Just enough of JSON to find a tensor in a safetensors header. Nothing is read beyond the header's end.
#include "compiler/aot/glue/model.h"

/* What is left of the header. */
typedef struct Text {
  const char* at;
  const char* end;
} Text;

static void skip_blanks(Text* text) {
  while (text->at < text->end && (*text->at == ' ' || *text->at == '\n' || *text->at == '\t' || *text->at == '\r'))
    ++text->at;
}

/* Whether the next character is `c`; it is taken then. */
static int take(Text* text, char c) {
  skip_blanks(text);
  if (text->at == text->end || *text->at != c) return 0;
  ++text->at;
  return 1;
}

/* A string's characters, without quotes; escapes stay as they are. False where it does not end. */
static int string_in(Text* text, Text* characters) {
  if (!take(text, '"')) return 0;
  characters->at = text->at;
  while (text->at < text->end && *text->at != '"') text->at += *text->at == '\\' && text->at + 1 < text->end ? 2 : 1;
  characters->end = text->at;
  return take(text, '"');
}

static int equal(Text text, const char* other, int64_t bytes) {
  if (text.end - text.at != bytes) return 0;
  for (int64_t i = 0; i < bytes; ++i)
    if (text.at[i] != other[i]) return 0;
  return 1;
}

static int whole_number(Text* text, int64_t* value) {
  skip_blanks(text);
  const char* begin = text->at;
  for (*value = 0; text->at < text->end && *text->at >= '0' && *text->at <= '9'; ++text->at) {
    if (*value > (INT64_MAX - 9) / 10) return 0;
    *value = *value * 10 + (*text->at - '0');
  }
  return text->at != begin;
}

/* Passes over one value of any kind; braces within strings do not count. */
static int skip_value(Text* text) {
  Text ignored;
  int64_t depth = 0;
  do {
    skip_blanks(text);
    if (text->at == text->end) return 0;
    const char c = *text->at;
    if (c == '"') {
      if (!string_in(text, &ignored)) return 0;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return 0;
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    ++text->at;
    if (c != '{' && c != '[' && c != '}' && c != ']' && depth == 0)
      while (text->at < text->end && *text->at != ',' && *text->at != '}' && *text->at != ']') ++text->at;
  } while (depth > 0);
  return 1;
}

/* The value of a key of the object that `text` begins with. */
static int member(Text text, const char* key, int64_t key_bytes, Text* value) {
  Text name;
  if (!take(&text, '{')) return 0;
  while (string_in(&text, &name) && take(&text, ':')) {
    skip_blanks(&text);
    if (equal(name, key, key_bytes)) {
      *value = text;
      return 1;
    }
    if (!skip_value(&text) || !take(&text, ',')) return 0;
  }
  return 0;
}

/* Whether a value has these characters, blanks left out. */
static int same_value(Text value, const char* expected) {
  for (; *expected; ++expected)
    if (!take(&value, *expected)) return 0;
  return 1;
}
