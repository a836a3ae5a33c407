// The C header of a library.
#include "compiler/aot/write_header.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <sstream>

#include "runtime/text.h"

namespace stator::aot {

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string_view c_type(DType dtype) {
  constexpr std::string_view types[]{"double",  "float",   "uint16_t", "uint16_t", "int64_t",
                                     "int32_t", "int16_t", "int8_t",   "uint8_t",  "uint8_t"};
  return types[static_cast<int>(dtype)];
}

/// `[batch, 1, 28, 28]`.
std::string shape_text(const TensorFacts& tensor) {
  std::vector<std::string> extents;
  for (size_t axis = 0; axis < tensor.extents.size(); ++axis)
    extents.push_back(tensor.symbols[axis] == symbol::none ? std::to_string(tensor.extents[axis])
                                                           : symbol::name_of(tensor.symbols[axis]));
  return bracketed(extents);
}

std::string number_text(const ArgumentFacts& argument) {
  if (argument.dtype == DType::i64) return std::to_string(static_cast<int64_t>(argument.default_value));
  char digits[32];
  const auto end = argument.dtype == DType::f32
                       ? std::to_chars(digits, std::end(digits), static_cast<float>(argument.default_value))
                       : std::to_chars(digits, std::end(digits), argument.default_value);
  std::string text(digits, end.ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return argument.dtype == DType::f32 ? text + "f" : text;
}

class HeaderWriter {
 public:
  explicit HeaderWriter(const ModelPlan& plan) : plan_(plan), big_(upper(plan.name)) {}

  std::string text() {
    begin();
    sizes();
    slots();
    errors();
    targets();
    types();
    state_functions();
    for (const FunctionPlan& function : plan_.functions) this->function(function);
    out_ << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
    return out_.str();
  }

 private:
  void define(const std::string& name, auto value) {
    out_ << "#define " << big_ << '_' << name << ' ' << value << '\n';
  }

  void begin() {
    out_ << "/* " << plan_.name << ", compiled by Stator: " << plan_.functions.size() << " functions over "
         << plan_.slots.size() << " named tensors.\n *\n"
         << " * The caller owns all memory. A state and an arena are blocks on 64-byte boundaries; two calls at a time "
            "need\n"
         << " * an arena each, and a state each where one of them writes it. Functions give " << big_
         << "_OK or an error code,\n * and have changed nothing then. */\n"
         << "#ifndef " << big_ << "_H\n#define " << big_ << "_H\n\n#include <stdint.h>\n\n"
         << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  }

  void sizes() {
    define("ALIGNMENT_BYTES", alignment_bytes);
    define("STATE_BYTES", plan_.state_bytes());
    out_ << "/* Enough for every function; each function's own need stands beside it. */\n";
    define("ARENA_BYTES", plan_.arena_bytes());
    out_ << "/* What " << plan_.name << "_save writes: a safetensors file. */\n";
    define("SAVED_BYTES", plan_.saved.total_bytes);
    out_ << "/* Whether weights are part of the library. */\n";
    define("HAS_WEIGHTS", plan_.embedded.empty() ? 0 : 1);
    if (!plan_.embedded.empty()) define("HANDLE_BYTES", head_bytes);
  }

  void slots() {
    out_ << "\n/* The tensors of the state, in its order. */\n";
    define("TENSOR_COUNT", plan_.slots.size());
    out_ << "#define " << big_ << "_TENSOR_NAMES {";
    for (size_t i = 0; i < plan_.slots.size(); ++i) out_ << (i ? ", " : "") << "\\\n  \"" << plan_.slots[i].name << '"';
    out_ << (plan_.slots.empty() ? "0}\n" : "}\n");
  }

  void errors() {
    out_ << "\nenum {\n";
    const char* names[]{"OK",          "NULL_POINTER", "MISALIGNED", "ROWS_OUT_OF_RANGE", "LABEL_OUT_OF_RANGE",
                        "WRONG_STATE", "WRONG_SIZE",   "WRONG_FILE", "UNSUPPORTED_HOST",  "UNKNOWN_TARGET"};
    for (size_t i = 0; i < std::size(names); ++i)
      out_ << "  " << big_ << '_' << names[i] << " = " << i << (i + 1 < std::size(names) ? ",\n" : "\n};\n");
    out_ << "/* One sentence for an error code. */\nconst char* " << plan_.name << "_strerror(int32_t error);\n";
  }

  void targets() {
    out_ << "\n/* Instruction sets in this library. Where a call names none, the best that this host has is taken. "
            "*/\nenum {\n  "
         << big_ << "_TARGET_AUTO = 0";
    for (size_t i = 0; i < plan_.targets.size(); ++i)
      out_ << ",\n  " << big_ << "_TARGET_" << upper(identifier(plan_.targets[i].name)) << " = " << i + 1;
    out_ << "\n};\n";
  }

  void types() {
    out_ << "\n/* Runs kernel(context, chunk) for every chunk from 0 to chunks - 1, in any order, on any threads, and "
            "returns\n"
         << " * when all are done. Without one, a call runs on its own thread. */\n"
         << "typedef void (*" << plan_.name << "_kernel)(const void* context, int64_t chunk);\n"
         << "typedef void (*" << plan_.name << "_parallel)(void* pool, " << plan_.name
         << "_kernel kernel, const void* context, int64_t chunks);\n";
  }

  void declare(const std::string& comment, const char* function) {
    out_ << "/* " << comment << " */\nint32_t " << plan_.name << '_' << function << ";\n";
  }

  void state_functions() {
    out_ << '\n';
    const bool embedded = !plan_.embedded.empty();
    declare(concat("Starting values",
                   embedded ? ": the embedded weights; the seed is that of later draws" : ", drawn from the seed",
                   ". `state` has ", big_, "_STATE_BYTES."),
            "init(void* state, uint64_t seed)");
    if (embedded)
      declare(concat("Fills the ", big_,
                     "_HANDLE_BYTES of a handle, which functions that do not write the state take for "
                     "one: the\n * embedded weights, where they are."),
              "open(void* handle)");
    declare(
        "Whether memory that was filled elsewhere, as by mapping a file of statorc --pack-weights, is a state of this\n"
        " * model that this host can run.",
        "check(const void* state, int64_t size_bytes)");
    declare(concat("Writes the state as a safetensors file into `bytes`, which has room for ", big_, "_SAVED_BYTES."),
            "save(const void* state, void* bytes, int64_t size_bytes)");
    declare("Makes a state of a safetensors file in memory. Every tensor must be there; others in it are ignored.",
            "load(void* state, const void* bytes, int64_t size_bytes)");
    declare("Replaces parameters, and other tensors where the file has them, of a state that has been made.",
            "load_parameters(void* state, const void* bytes, int64_t size_bytes)");
  }

  void extents(const std::string& name, const char* kind, const std::vector<TensorFacts>& tensors) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      const std::string tensor = concat(name, '_', kind, i);
      define(tensor + "_ELEMENTS", tensors[i].element_count());
      define(tensor + "_RANK", tensors[i].extents.size());
      if (!tensors[i].extents.empty()) define(tensor + "_EXTENTS", concat('{', joined(tensors[i].extents), '}'));
    }
  }

  void function(const FunctionPlan& f) {
    const CompiledFunction& facts = f.variants.back().facts;
    const std::string name = upper(identifier(f.name)), type = concat(plan_.name, '_', identifier(f.name), "_options");
    out_ << "\n/* " << f.name << " */\n";
    define(name + "_ARENA_BYTES", f.arena_bytes());
    if (!f.symbols.empty()) out_ << "/* The most that a call may give, and what tensors have then. */\n";
    for (Symbol s : f.symbols) define(concat(name, "_MOST_", upper(symbol::name_of(s))), f.most(s));
    extents(name, "INPUT", facts.inputs);
    extents(name, "RESULT", facts.results);
    options(f, name, type);
    out_ << "/*";
    for (size_t i = 0; i < facts.inputs.size(); ++i) describe("input", i, facts.inputs[i]);
    for (size_t i = 0; i < facts.results.size(); ++i) describe("result", i, facts.results[i]);
    if (!plan_.embedded.empty() && !f.writes_state)
      out_ << "\n * `state` may be a handle; or null, and the processor is asked at each call what it is.";
    out_ << "\n * `options` may be null: the defaults. */\n";
    out_ << "int32_t " << plan_.name << '_' << identifier(f.name) << '(' << (f.writes_state ? "" : "const ")
         << "void* state, void* arena";
    for (size_t i = 0; i < facts.inputs.size(); ++i)
      out_ << ", const " << c_type(facts.inputs[i].dtype) << "* input" << i;
    for (size_t i = 0; i < facts.results.size(); ++i) out_ << ", " << c_type(facts.results[i].dtype) << "* result" << i;
    for (Symbol s : f.symbols) out_ << ", int64_t " << symbol::name_of(s);
    out_ << ", const " << type << "* options);\n";
  }

  void describe(const char* kind, size_t index, const TensorFacts& tensor) {
    out_ << "\n * " << kind << index << ": " << name_of(tensor.dtype) << ' ' << shape_text(tensor);
    if (tensor.classes) out_ << ", each in [0, " << tensor.classes << ')';
  }

  void options(const FunctionPlan& f, const std::string& name, const std::string& type) {
    out_ << "typedef struct " << type << " {\n  " << plan_.name << "_parallel parallel; /* may be null */\n"
         << "  void* pool; /* passed to `parallel` */\n  int32_t target;\n"
         << "  int32_t use_seed; /* 0: random draws are from the state's seed */\n  int64_t seed;\n";
    std::string defaults = concat('{', "0, 0, 0, 0, 0");
    for (const OptionPlan& option : f.options) {
      out_ << "  " << c_type(option.facts.dtype) << ' ' << option.name << "; /* " << number_text(option.facts)
           << " */\n";
      defaults += ", " + number_text(option.facts);
    }
    out_ << "} " << type << ";\n";
    define(name + "_DEFAULTS", defaults + '}');
  }

  const ModelPlan& plan_;
  std::string big_;
  std::ostringstream out_;
};

}  // namespace

std::string write_header(const ModelPlan& plan) { return HeaderWriter(plan).text(); }

}  // namespace stator::aot
