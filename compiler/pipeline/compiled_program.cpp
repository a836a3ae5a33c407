// What compilation makes, apart from where it is loaded: machine code and the facts of its functions, as bytes for the
// cache.
#include "compiler/pipeline/compiled_program.h"

#include <cstring>

#include "compiler/cpu/load_object.h"
#include "compiler/cpu/lower_cpu.h"

namespace stator {

namespace {

/// Appends values; a list is its length and its elements.
class Writer {
 public:
  template <class T> requires std::is_arithmetic_v<T> || std::is_enum_v<T> void value(const T& v) {
    bytes.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  void value(const std::string& text) {
    value(text.size());
    bytes += text;
  }
  template <class T> void value(const std::vector<T>& list) {
    value(list.size());
    for (const T& item : list) value(item);
  }
  void value(const TensorFacts& t) { each(*this, t); }
  void value(const ArgumentFacts& a) { each(*this, a); }
  void value(const KernelFacts& k) { each(*this, k); }
  void value(const StepLoop& l) { each(*this, l); }
  void value(const StepTable& t) { each(*this, t); }
  void value(const CompiledFunction& f) { each(*this, f); }

  template <class Self> static void each(Self& self, auto& t) requires requires { t.classes; } {
    self.value(t.dtype), self.value(t.extents), self.value(t.symbols), self.value(t.classes);
  }
  template <class Self> static void each(Self& self, auto& a) requires requires { a.default_value; } {
    self.value(a.name), self.value(a.dtype), self.value(a.default_value);
  }
  template <class Self> static void each(Self& self, auto& k) requires requires { k.flops; } {
    self.value(k.name), self.value(k.form), self.value(k.operations), self.value(k.shapes);
    self.value(k.flops), self.value(k.bytes);
  }
  template <class Self> static void each(Self& self, auto& l) requires requires { l.rounds; } {
    self.value(l.first), self.value(l.last), self.value(l.rounds), self.value(l.reversed), self.value(l.counter_bytes);
  }
  template <class Self> static void each(Self& self, auto& t) requires requires { t.buffers; } {
    self.value(t.steps), self.value(t.buffers), self.value(t.loops), self.value(t.layers);
  }
  template <class Self> static void each(Self& self, auto& f) requires requires { f.arena_bytes; } {
    self.value(f.name), self.value(f.inputs), self.value(f.results), self.value(f.arguments), self.value(f.arena_bytes);
    self.value(f.live_bytes), self.value(f.widest_kernel), self.value(f.table);
  }

  std::string bytes;
};

/// Takes values off in the same order; `complete` turns false where the bytes end too soon.
class Reader {
 public:
  explicit Reader(std::string_view b) : rest(b) {}

  template <class T> requires std::is_arithmetic_v<T> || std::is_enum_v<T> void value(T& v) {
    if (rest.size() < sizeof v) return void(complete = false);
    std::memcpy(&v, rest.data(), sizeof v);
    rest.remove_prefix(sizeof v);
  }
  void value(std::string& text) {
    const size_t size = length();
    text = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  template <class T> void value(std::vector<T>& list) {
    list.resize(length());
    for (T& item : list) value(item);
  }
  void value(TensorFacts& t) { Writer::each(*this, t); }
  void value(ArgumentFacts& a) { Writer::each(*this, a); }
  void value(KernelFacts& k) { Writer::each(*this, k); }
  void value(StepLoop& l) { Writer::each(*this, l); }
  void value(StepTable& t) { Writer::each(*this, t); }
  void value(CompiledFunction& f) { Writer::each(*this, f); }

  std::string_view rest;
  bool complete = true;

 private:
  size_t length() {
    size_t size = 0;
    value(size);
    if (size <= rest.size()) return size;
    complete = false;
    return 0;
  }
};

void all(auto& stream, auto& program) {
  stream.value(program.functions), stream.value(program.kernels), stream.value(program.state_bytes);
  stream.value(program.objects);
}

}  // namespace

std::string to_bytes(const CompiledProgram& program) {
  Writer writer;
  all(writer, program);
  return std::move(writer.bytes);
}

std::optional<CompiledProgram> from_bytes(std::string_view bytes) {
  Reader reader(bytes);
  CompiledProgram program;
  all(reader, program);
  if (!reader.complete || !reader.rest.empty()) return {};
  return program;
}

std::shared_ptr<Executable> load(CompiledProgram program, Contents contents) {
  cpu::LoadedObjects loaded(program.objects);
  auto executable = std::make_shared<Executable>();
  executable->functions = std::move(program.functions);
  executable->kernels = std::move(program.kernels);
  executable->state_bytes = program.state_bytes;
  if (contents != Contents::entries)
    for (const KernelFacts& kernel : executable->kernels)
      executable->kernel_code.push_back(loaded.find<void(const StatorCall*, int64_t)>(cpu::stepSymbol(kernel.name)));
  if (contents != Contents::kernels)
    for (CompiledFunction& function : executable->functions)
      function.entry = loaded.find<void(const StatorCall*)>(cpu::entrySymbol(function.name));
  executable->code = loaded.code();
  return executable;
}

}  // namespace stator
