// Puts object files into executable memory and finds their functions: JITLink alone, which needs no code generator.
#include "compiler/cpu/load_object.h"

#include <cmath>
#include <cstring>

#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

using llvm::orc::ExecutorAddr;
using llvm::orc::ExecutorSymbolDef;

template <class T> T check(llvm::Expected<T> value, const char* what) {
  if (!value) throw InternalError(std::string(what) + ": " + llvm::toString(value.takeError()));
  return std::move(*value);
}

void check(llvm::Error error, const char* what) {
  if (error) throw InternalError(std::string(what) + ": " + llvm::toString(std::move(error)));
}

/// All that generated code may call.
llvm::orc::SymbolMap processSymbols(llvm::orc::ExecutionSession& session) {
  llvm::orc::SymbolMap symbols;
  auto add = [&](const char* name, auto* function) {
    symbols[session.intern(name)] = ExecutorSymbolDef(ExecutorAddr::fromPtr(function), llvm::JITSymbolFlags::Exported);
  };
  add("memcpy", &std::memcpy);
  add("memmove", &std::memmove);
  add("memset", &std::memset);
  using Unary32 = float (*)(float);
  using Unary64 = double (*)(double);
  using Binary32 = float (*)(float, float);
  using Binary64 = double (*)(double, double);
  auto unary = [&](const char* name32, Unary32 f32, const char* name64, Unary64 f64) {
    add(name32, f32), add(name64, f64);
  };
  auto binary = [&](const char* name32, Binary32 f32, const char* name64, Binary64 f64) {
    add(name32, f32), add(name64, f64);
  };
  unary("expf", ::expf, "exp", ::exp);
  unary("exp2f", ::exp2f, "exp2", ::exp2);
  unary("expm1f", ::expm1f, "expm1", ::expm1);
  unary("logf", ::logf, "log", ::log);
  unary("log2f", ::log2f, "log2", ::log2);
  unary("log10f", ::log10f, "log10", ::log10);
  unary("log1pf", ::log1pf, "log1p", ::log1p);
  unary("sinf", ::sinf, "sin", ::sin);
  unary("cosf", ::cosf, "cos", ::cos);
  add("sincosf", static_cast<void (*)(float, float*, float*)>(&::sincosf));
  add("sincos", static_cast<void (*)(double, double*, double*)>(&::sincos));
  unary("tanf", ::tanf, "tan", ::tan);
  unary("asinf", ::asinf, "asin", ::asin);
  unary("acosf", ::acosf, "acos", ::acos);
  unary("atanf", ::atanf, "atan", ::atan);
  unary("sinhf", ::sinhf, "sinh", ::sinh);
  unary("coshf", ::coshf, "cosh", ::cosh);
  unary("tanhf", ::tanhf, "tanh", ::tanh);
  unary("asinhf", ::asinhf, "asinh", ::asinh);
  unary("acoshf", ::acoshf, "acosh", ::acosh);
  unary("atanhf", ::atanhf, "atanh", ::atanh);
  unary("erff", ::erff, "erf", ::erf);
  unary("cbrtf", ::cbrtf, "cbrt", ::cbrt);
  unary("floorf", ::floorf, "floor", ::floor);
  unary("ceilf", ::ceilf, "ceil", ::ceil);
  unary("truncf", ::truncf, "trunc", ::trunc);
  unary("roundf", ::roundf, "round", ::round);
  unary("roundevenf", ::roundevenf, "roundeven", ::roundeven);
  binary("powf", ::powf, "pow", ::pow);
  binary("atan2f", ::atan2f, "atan2", ::atan2);
  binary("fmodf", ::fmodf, "fmod", ::fmod);
  return symbols;
}

}  // namespace

struct LoadedObjects::Session {
  llvm::orc::ExecutionSession session{check(llvm::orc::SelfExecutorProcessControl::Create(), "load")};
  llvm::orc::ObjectLinkingLayer layer{session};
  llvm::orc::JITDylib& library{session.createBareJITDylib("stator")};

  std::string reported;  // what went wrong while linking: a failed lookup itself only says that it failed

  Session() {
    session.setErrorReporter(
        [this](llvm::Error error) { reported.append("; ").append(llvm::toString(std::move(error))); });
  }
  ~Session() {
    if (llvm::Error error = session.endSession()) llvm::consumeError(std::move(error));
  }
};

LoadedObjects::LoadedObjects(const std::vector<std::string>& objects) : session_(std::make_shared<Session>()) {
  check(session_->library.define(llvm::orc::absoluteSymbols(processSymbols(session_->session))), "load");
  for (const std::string& object : objects)
    check(session_->layer.add(session_->library, llvm::MemoryBuffer::getMemBufferCopy(object, "object")), "load");
}

void* LoadedObjects::find(std::string_view name) const {
  llvm::orc::JITDylib* order[]{&session_->library};
  auto symbol = session_->session.lookup(order, llvm::StringRef(name.data(), name.size()));
  if (symbol) return symbol->getAddress().toPtr<void*>();
  throw InternalError("load: '" + std::string(name) + "': " + llvm::toString(symbol.takeError()) + session_->reported);
}

std::shared_ptr<void> LoadedObjects::code() const { return session_; }

}  // namespace stator::cpu
